import type { Daily } from '../src/contract/daily.ts';
import type { Hours } from '../src/contract/hours.ts';
import type { MyStats } from '../src/contract/my-stats.ts';
import type { ProblemDocument } from '../src/contract/problem.ts';
import type { Quality } from '../src/contract/quality.ts';
import type { SessionState, SignInRequest } from '../src/contract/session.ts';
import type { SignUpRequest } from '../src/contract/sign-up.ts';
import type { Signature } from '../src/contract/signature.ts';
import { locale } from './messages/locale.ts';
import { toFieldWords, toServerWords } from './messages/to-server-words.ts';
import { readWords } from './messages/use-words.ts';

// Words in, answers out; whatever goes wrong leaves as an ApiProblem. Each area of the screens that is loaded later has
// its questions in a file of its own beside its pages; all of them go through `request`.

const REQUEST_TIMEOUT_MS = 20_000;
/** A file of 100,000 people takes about a minute to be stored. */
const FILE_TIMEOUT_MS = 180_000;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What went wrong, in words for people. `status` is 0 when no answer came. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string | null;
  /** Each wrong field and what was expected. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, options: { code?: string; fields?: Record<string, string> } = {}) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = options.code ?? null;
    this.fields = options.fields ?? {};
  }
}

export const api = {
  /** Asked before anybody is signed in, so that nobody is no error. */
  session: async () => (await request<SessionState>('GET', '/api/session/state')).session,
  signUp: (body: SignUpRequest) => request<unknown>('POST', '/api/sign-up', body),
  /** `twoFactorRedirect`: the password was right, and a second step is asked for. */
  signIn: (body: SignInRequest) =>
    request<{ twoFactorRedirect?: boolean } | null>('POST', '/api/auth/sign-in/email', body),
  secondStep: (kind: 'totp' | 'backup-code', code: string) =>
    request<unknown>('POST', `/api/auth/two-factor/verify-${kind}`, { code }),
  /** Where the browser goes to be vouched for. */
  startSso: (email: string) => request<{ url: string }>('POST', '/api/sso/start', { email }),
  signOut: () => request<unknown>('POST', '/api/auth/sign-out', {}),
  myStats: () => request<MyStats>('GET', '/api/tracking/my-stats'),
  /** The days up to today, oldest first. */
  daily: (days: number) => request<Daily>('GET', `/api/tracking/my-stats/daily?days=${days}`),
  /** When mail was read: eight weeks, hour by hour of the week. */
  hours: () => request<Hours>('GET', '/api/tracking/my-stats/hours'),
  /** Who fetched the person's pixels in the last 30 days. */
  quality: () => request<Quality>('GET', '/api/tracking/quality?days=30'),
  signature: () => request<Signature>('GET', '/api/signatures/me'),
};

let refused: () => void = () => undefined;

/** Told whenever an answer was 401: the session may be over, or a code was wrong. */
export function whenRefused(listener: () => void): void {
  refused = listener;
}

/** Asks the server, or throws an ApiProblem. An answer without a body comes back as null. */
export async function request<T>(
  method: Method,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  // A file goes as the CSV that it is.
  const isFile = body instanceof Blob;
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': isFile ? 'text/csv' : 'application/json' },
      body: isFile ? body : body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(isFile ? FILE_TIMEOUT_MS : REQUEST_TIMEOUT_MS),
    });
    text = await response.text();
  } catch {
    throw new ApiProblem(0, readWords('shell')('unreachable'));
  }
  if (response.status === 401) refused();
  if (!response.ok) throw await toProblem(response, text);
  return parseJson<T>(text) as T;
}

async function toProblem(response: Response, text: string): Promise<ApiProblem> {
  const { status } = response;
  const problem = parseJson<ProblemDocument & { message?: string }>(text);
  const wrong = problem?.errors ?? [];
  const fields = await Promise.all(
    wrong.map(async ({ field, detail }) => [field, await toFieldWords(detail)] as const),
  );
  const told = problem?.detail ?? problem?.message;
  const detail = told === undefined ? toPlainWords(response) : await toDetail(told, fields);
  return new ApiProblem(status, detail, {
    fields: Object.fromEntries(fields),
    ...(problem?.code ? { code: problem.code } : {}),
  });
}

/** What is wrong with fields is told with their names in English; other languages say what each takes. */
async function toDetail(told: string, fields: readonly (readonly [field: string, words: string])[]): Promise<string> {
  const words = await toServerWords(told);
  return words !== told || fields.length === 0 || locale === 'en' ? words : fields.map(([, said]) => said).join('; ');
}

function toPlainWords({ status, headers }: Response): string {
  const words = readWords('shell');
  return status === 429
    ? words('tooMany', { wait: toWaitWords(headers.get('retry-after')) })
    : words('answered', { status: `${status}` });
}

function toWaitWords(retryAfter: string | null): string {
  const seconds = Number(retryAfter);
  return seconds > 0 ? readWords('shell')('waitSeconds', { seconds }) : readWords('shell')('waitMinute');
}

function parseJson<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
