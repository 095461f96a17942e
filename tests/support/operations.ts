import { DEFAULT_TRACKING_SETTINGS } from '../../src/domain/settings.ts';
import { DEFAULT_SIGNAL_RULES } from '../../src/domain/signal-rules.ts';
import type { StartedHttp } from './start-http.ts';

/** One operation of the OpenAPI document. */
export interface Operation {
  /** "POST /api/campaigns/{id}/launch". */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Asks for neither session nor key. */
  readonly isPublic: boolean;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly string[];
}

/** Whom or what a body names: of the own organization, of another one, or of none. */
export interface Subject {
  readonly memberId: string;
  readonly departmentId: string;
  readonly email: string;
}

export interface OperationAnswer {
  readonly status: number;
  /** The content type without its parameters; empty when there is none. */
  readonly type: string;
  readonly text: string;
  readonly code: string | null;
}

const NO_PASSWORD = 'surely not the password';

/** A body that passes the schema for every operation that takes one; what it asks for should not come true. */
const BODIES: Readonly<Record<string, (subject: Subject) => unknown>> = {
  'POST /api/sign-up': ({ email }) => ({
    name: 'Again',
    email,
    password: 'nine walnut ladders',
    organizationName: 'X',
  }),
  'POST /api/auth/sign-in/email': ({ email }) => ({ email, password: NO_PASSWORD }),
  'POST /api/auth/sign-out': () => ({}),
  'POST /api/auth/change-password': () => ({ currentPassword: NO_PASSWORD, newPassword: 'twelve velvet anvils' }),
  'POST /api/auth/two-factor/enable': () => ({ password: NO_PASSWORD }),
  'POST /api/auth/two-factor/disable': () => ({ password: NO_PASSWORD }),
  'POST /api/auth/two-factor/generate-backup-codes': () => ({ password: NO_PASSWORD }),
  'POST /api/auth/two-factor/verify-totp': () => ({ code: '000000' }),
  'POST /api/auth/two-factor/verify-backup-code': () => ({ code: 'none' }),
  'POST /api/password-reset/request': ({ email }) => ({ email }),
  'POST /api/password-reset': () => ({ token: 'none', password: 'nine walnut ladders' }),
  'PUT /api/sso/provider': () => ({
    issuer: 'http://127.0.0.1:9',
    clientId: 'x',
    clientSecret: 'x',
    emailDomain: 'example.com',
  }),
  'POST /api/sso/start': ({ email }) => ({ email }),
  'POST /api/campaigns': ({ memberId }) => ({ name: 'A deal', deal: {}, audience: { userIds: [memberId] } }),
  'PATCH /api/campaigns/{id}': () => ({ name: 'Renamed' }),
  'PUT /api/campaigns/{id}/my-variant': ({ memberId }) => ({ variantId: memberId }),
  'POST /api/signature-templates': () => ({ name: `Template ${Math.random()}`, html: '<p>{{full_name}}</p>' }),
  'POST /api/signature-templates/preview': ({ memberId }) => ({ html: '<p>{{full_name}}</p>', userId: memberId }),
  'PUT /api/signature-templates/{id}': () => ({ name: `Template ${Math.random()}`, html: '<p>{{full_name}}</p>' }),
  'PUT /api/signature-templates/{id}/assignments': ({ memberId }) => ({ userIds: [memberId] }),
  'PATCH /api/profile': () => ({ title: 'Account Executive' }),
  'PATCH /api/members/{userId}': ({ departmentId }) => ({ title: 'Renamed', departmentId }),
  'PUT /api/members/{userId}/role': () => ({ role: 'admin' }),
  'POST /api/members/import': ({ email }) => `name,email\nImported,${email}\n`,
  'POST /api/invitations': ({ email, departmentId }) => ({ email, role: 'member', departmentId }),
  'POST /api/invitations/look': () => ({ token: 'x'.repeat(32) }),
  'POST /api/invitations/accept': () => ({ token: 'x'.repeat(32), name: 'X', password: 'nine walnut ladders' }),
  'POST /api/departments': () => ({ name: `Department ${Math.random()}` }),
  'PATCH /api/departments/{id}': () => ({ name: `Department ${Math.random()}` }),
  'PUT /api/admin/tracking/settings': () => DEFAULT_TRACKING_SETTINGS,
  'PUT /api/admin/widget-origins': () => ({ origins: ['https://portal.example'] }),
  'POST /api/widget-links': ({ memberId }) => ({ userId: memberId }),
  'POST /api/destinations': () => ({
    type: 'webhook',
    name: `Destination ${Math.random()}`,
    url: 'https://hooks.example.com/in',
    events: ['signal_raised'],
  }),
  'PATCH /api/destinations/{id}': () => ({ name: `Destination ${Math.random()}` }),
  'POST /api/destinations/{id}/replay': () => ({ from: '2026-11-01T00:00:00Z' }),
  'POST /api/signals/{id}/outcome': () => ({ outcome: 'reached' }),
  'POST /api/signals/mutes': () => ({ rule: 'revived' }),
  'PUT /api/signals/rules': () => DEFAULT_SIGNAL_RULES,
  'PUT /api/signals/attention': () => ({ quietHours: null, minimumLevel: 'warm', digestAt: null }),
  'POST /api/keys': () => ({ name: 'Another', scopes: ['read:stats'] }),
  'POST /api/privacy/erase': ({ memberId, email }) => ({ userId: memberId, confirm: email }),
};

interface OpenapiOperation {
  readonly security?: readonly object[];
  readonly requestBody?: object;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

/** Every operation but the pixels'. Throws when one that takes a body has none here: add a line to BODIES. */
export async function readOperations(http: StartedHttp): Promise<readonly Operation[]> {
  const { body } = await http.send('GET', '/api/openapi.json');
  const paths = Object.entries(body.paths as Record<string, Record<string, OpenapiOperation>>);
  return paths
    .filter(([path]) => !path.startsWith('/api/t/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => toOperation(method.toUpperCase(), path, operation)),
    );
}

function toOperation(method: string, path: string, operation: OpenapiOperation): Operation {
  const name = `${method} ${path}`;
  if (operation.requestBody !== undefined && BODIES[name] === undefined)
    throw new Error(`${name} takes a body: tests/support/operations.ts needs one for it`);
  const named = (where: string) =>
    (operation.parameters ?? []).filter((parameter) => parameter.in === where).map((parameter) => parameter.name);
  return {
    name,
    method,
    path,
    isPublic: operation.security?.length === 0,
    pathParameters: named('path'),
    queryParameters: named('query'),
  };
}

export interface OperationCall {
  /** For every parameter in the path. */
  readonly id: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly subject: Subject;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of an endless answer the first part counts. */
export async function callOperation(
  http: StartedHttp,
  { name, method, path }: Operation,
  { id, query, subject, headers }: OperationCall,
): Promise<OperationAnswer> {
  const body = BODIES[name]?.(subject);
  const type = typeof body === 'string' ? 'text/csv' : 'application/json';
  const url = new URL(path.replace(/\{\w+\}/g, id), http.url);
  for (const [parameter, value] of Object.entries(query ?? {})) url.searchParams.set(parameter, value);
  const answer = await fetch(url, {
    method,
    headers: { origin: http.url, ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
  });
  const isEndless = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const text = isEndless ? await readFirst(answer) : await answer.text();
  const answered = answer.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  return {
    status: answer.status,
    text,
    type: answered,
    code: answered === 'application/problem+json' ? (JSON.parse(text).code ?? null) : null,
  };
}

async function readFirst(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}
