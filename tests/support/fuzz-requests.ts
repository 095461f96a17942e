/** One request as it goes over the wire; the path is sent as it is, dots and all. */
export interface FuzzRequest {
  /** The operation it was made of, such as "POST /api/campaigns". */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Draws requests from an OpenAPI document: half of them sound but for one thing, the others worse. Same seed, same requests. */
export function createFuzzRequests(document: OpenapiDocument, ids: readonly string[], seed: number): () => FuzzRequest {
  const random = createRandom(seed);
  const draw = { random, ids, components: document.components?.schemas ?? {} };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return () => toRequest(draw, pick(random, operations));
}

export interface OpenapiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, FuzzOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface FuzzOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Draw {
  readonly random: () => number;
  /** Real ids, of the caller's organization and of another one. */
  readonly ids: readonly string[];
  readonly components: Readonly<Record<string, Schema>>;
}

type Random = () => number;

/** A small generator of numbers from 0 to 1 (mulberry32, public domain). */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function toRequest(
  draw: Draw,
  { path, method, operation }: { path: string; method: string; operation: FuzzOperation },
): FuzzRequest {
  const { random } = draw;
  const isWild = random() < 0.5;
  const parameters = operation.parameters ?? [];
  const filled = path.replace(/\{\w+\}/g, () =>
    toQueryText(random() < 0.6 ? pick(random, draw.ids) : pick(random, TEXTS)),
  );
  const queries = parameters
    .filter((parameter) => parameter.in === 'query' && random() < 0.6)
    .map(
      ({ name, schema }) => `${name}=${toQueryText(random() < 0.5 ? toValue(draw, schema, 0) : pick(random, TEXTS))}`,
    );
  if (random() < 0.1) queries.push(pick(random, QUERIES));
  const tricked = isWild && random() < 0.15 ? pick(random, PATH_TRICKS)(filled) : filled;
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const sound = content === undefined && random() < 0.95 ? null : toBodyText(draw, content?.schema, isWild);
  const headers: Record<string, string> = sound === null ? {} : { 'content-type': type ?? 'application/json' };
  if (isWild && random() < 0.3) Object.assign(headers, pick(random, HEADERS));
  return {
    name: `${method} ${path}`,
    method: isWild && random() < 0.15 ? pick(random, METHODS) : method,
    path: queries.length > 0 ? `${tricked}?${queries.join('&')}` : tricked,
    headers,
    body: sound,
  };
}

function toQueryText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A lone half of a pair cannot be encoded.
  return encodeURIComponent((text ?? '').replaceAll(LONE_HALF, '')).slice(0, 8_000);
}

function toBodyText(draw: Draw, schema: Schema | undefined, isWild: boolean): string {
  const { random } = draw;
  if (isWild && random() < 0.1) return pick(random, BROKEN_BODIES);
  const value = toValue(draw, schema, 0);
  return JSON.stringify(isWild || random() < 0.5 ? spoil(random, value) : value) ?? 'null';
}

/** A value of the schema's shape, its texts and numbers often at an edge. */
function toValue(draw: Draw, schema: Schema | undefined, depth: number): unknown {
  const { random, components } = draw;
  if (schema === undefined || depth > 6) return pick(random, VALUES);
  if (schema.$ref !== undefined) return toValue(draw, components[schema.$ref.split('/').at(-1) ?? ''], depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return pick(random, schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return toValue(draw, pick(random, choices), depth + 1);
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => toValue(draw, part, depth + 1) as object));
  const type = typeof schema.type === 'string' ? schema.type : pick(random, schema.type ?? ['string']);
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(() => random() < 0.9)
        .map(([name, part]) => [name, toValue(draw, part, depth + 1)]),
    );
  if (type === 'array')
    return Array.from({ length: Math.floor(random() * 4) }, () => toValue(draw, schema.items, depth + 1));
  if (type === 'boolean') return random() < 0.5;
  if (type === 'integer' || type === 'number') return pick(random, NUMBERS);
  if (schema.format === 'uuid') return pick(random, draw.ids);
  return random() < 0.3 ? (FORMATS[schema.format ?? ''] ?? pick(random, WORDS)) : pick(random, [...WORDS, ...TEXTS]);
}

/** One thing of it made wrong. */
function spoil(random: Random, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return pick(random, VALUES);
  const names = Object.keys(value);
  const changed: Record<string, unknown> = { ...value };
  const name = pick(random, names.length > 0 ? names : ['id']);
  const way = random();
  if (way < 0.25) delete changed[name];
  else if (way < 0.4) changed[pick(random, ['isAdmin', 'organizationId', 'role', 'constructor', 'toString'])] = true;
  else if (way < 0.5) return JSON.parse(`{"__proto__":{"role":"owner"},"${name.replaceAll(/[^\w]/g, '')}":1}`);
  else changed[name] = pick(random, VALUES);
  return changed;
}

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const WORDS = [
  'Acme',
  'someone@example.com',
  '2026-06-01',
  '2026-06-30',
  'Europe/Berlin',
  'https://example.com',
  UNKNOWN_ID,
];
const FORMATS: Readonly<Record<string, string>> = {
  email: 'fuzz@example.com',
  date: '2026-06-01',
  'date-time': '2026-06-01T00:00:00Z',
  uri: 'https://example.com/hook',
};
const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u200b\ufeff',
  '𝕸𝖆𝖎𝖑 👩‍👩‍👧‍👦 ß ı İ',
  "'; drop table users; --",
  '{{7*7}}<%= 7 %>',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  'first\r\nsecond\u001b[31m',
  'null',
  '-1',
  '1e999',
  '9999-99-99',
  '+275760-09-13T00:00:00Z',
  '0001-01-01',
  'x'.repeat(300),
  'é'.repeat(5_000),
];
const NUMBERS = [0, 1, -1, 5, 0.5, 100, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, -0, 999_999_999];
const VALUES: readonly unknown[] = [null, true, [], {}, [[]], [null], { a: { b: { c: [] } } }, ...NUMBERS, ...TEXTS];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const QUERIES = [
  '%',
  'a=1&a=2&a=3',
  '__proto__[x]=1',
  'from[]=1',
  '&&&===',
  `q=${'a'.repeat(4_000)}`,
  '%ff%fe=%80',
  'limit=1e9',
];
const BROKEN_BODIES = [
  '',
  '{',
  '[',
  'null',
  '"',
  '{"a":1,}',
  '\ufeff{}',
  `${'['.repeat(5_000)}`,
  `{"a":"${'x'.repeat(300_000)}"}`,
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/xml' },
  { 'content-type': 'application/json; charset=utf-7' },
  { 'content-type': 'multipart/form-data' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-encoding': 'gzip' },
  { 'content-length': '3' },
  { 'x-forwarded-for': `${'1.2.3.4, '.repeat(300)}x` },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' },
  { accept: '*/*;q=banana' },
  { 'accept-language': 'x'.repeat(4_000) },
  { 'user-agent': 'a\tb'.repeat(500) },
  { range: 'bytes=-1,9-2' },
  { 'if-none-match': '*', 'if-modified-since': 'never' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { referer: 'not a url' },
  { authorization: 'Bearer' },
  { authorization: `Bearer ${'k'.repeat(5_000)}` },
  { authorization: 'Basic %%%' },
  { cookie: `${'a=b; '.repeat(1_000)}` },
  { cookie: 'better-auth.session_token=%ff.%00' },
  { 'last-event-id': '-99999999999999999999' },
  { 'x-http-method-override': 'DELETE' },
  { expect: '200-maybe' },
  { host: 'evil.example:99999' },
];
const PATH_TRICKS: readonly ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => `${path}/`,
  (path) => `${path}/..%2f..%2fadmin`,
  (path) => `${path}%00`,
  (path) => path.replace('/api/', '/api/../api/'),
  (path) => path.replace('/api/', '/API/'),
  (path) => path.replace('/api/', '/%61pi/'),
  (path) => `${path};a=b`,
  (path) => `${path}%`,
  (path) => `${path}/${'a/'.repeat(2_000)}`,
  (path) => `http://evil.example${path}`,
  (path) => path.replaceAll('/', '\\'),
];

const LONE_HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
