import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/**
 * PostgreSQL holds no NUL in a text and no half of a surrogate pair, and both are fine in JSON: without this they would
 * be an error of ours wherever a text is stored or compared. Looks at path, query and body, as they are after the
 * schemas: what a schema refuses is told by the schema. Throws a 400 problem that names the field.
 */
export async function refuseUnstorableText({ params, query, body }: Pick<FastifyRequest, Parts>): Promise<void> {
  // A list instead of recursion: a body may be nested deeper than the stack.
  const waiting: (readonly [field: string, value: unknown])[] = [params, query, body].map((part) => ['', part]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [field, value] = next;
    if (typeof value === 'string') refuse(field, value);
    else if (isPlain(value))
      for (const [name, part] of Object.entries(value)) {
        refuse(field, name);
        waiting.push([field === '' ? name : `${field}.${name}`, part]);
      }
  }
}

type Parts = 'params' | 'query' | 'body';

/** What JSON and query strings become. A stream, bytes or a date is none, and may well lead to itself. */
function isPlain(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return true;
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** With the flag u a surrogate matches only where its other half is missing. */
const UNSTORABLE = /[\p{Cs}\0]/u;
const EXPECTED = 'expected text without NUL and without half of a character (a lone surrogate)';
const FIELD_CHARS_MAX = 200;

function refuse(field: string, text: string): void {
  if (!UNSTORABLE.test(text)) return;
  const name = (field === '' ? 'body' : field).slice(0, FIELD_CHARS_MAX);
  throw new Problem(400, `${name}: ${EXPECTED}`, { errors: [{ field: name, detail: EXPECTED }] });
}
