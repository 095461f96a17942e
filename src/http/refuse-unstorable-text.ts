import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/**
 * PostgreSQL holds no NUL in a text and no half of a surrogate pair, and both are fine in JSON: without this they would
 * be an error of ours wherever a text is stored or compared. Looks at path, query and body. Throws a 400 problem.
 */
export async function refuseUnstorableText({ params, query, body }: Pick<FastifyRequest, Parts>): Promise<void> {
  // A list instead of recursion: a body may be nested deeper than the stack.
  const waiting: unknown[] = [params, query, body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') refuse(value);
    else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value))
      for (const [name, part] of Object.entries(value)) {
        refuse(name);
        waiting.push(part);
      }
  }
}

type Parts = 'params' | 'query' | 'body';

/** With the flag u a surrogate matches only where its other half is missing. */
const UNSTORABLE = /[\p{Cs}\0]/u;

function refuse(text: string): void {
  if (UNSTORABLE.test(text))
    throw new Problem(400, 'A text holds a NUL, or half of a character (a lone surrogate): leave it out.');
}
