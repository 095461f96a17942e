import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import { AccountError, type AccountErrorCode } from '../accounts/account-error.ts';
import { PeopleError } from '../accounts/people-error.ts';
import type { ProblemDocument } from '../contract/problem.ts';
import { isServerAway } from '../db/is-server-away.ts';
import type { Log } from '../kit/log.ts';
import { redact } from '../kit/redact.ts';
import { UnsealError } from '../kit/sealed-token.ts';
import type { HttpApp } from './context.ts';
import { toPeopleProblem } from './people-problem.ts';
import { Problem } from './problem.ts';

/** Every error of the API becomes a problem document; what is not the client's fault is logged without its values. */
export function answerProblems(app: HttpApp, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) log.error({ ...toErrorFields(error), route: toRoute(request) }, 'http.failed');
    return sendProblem(reply, problem);
  });
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .serializer((document: ProblemDocument) => JSON.stringify(document))
    .send(problem.toDocument());
}

/** The path's pattern, never the path itself: that may hold ids, and a query may hold anything. */
export function toRoute(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? 'unmatched'}`;
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AccountError) return toAccountProblem(error);
  if (error instanceof PeopleError) return toPeopleProblem(error);
  if (hasZodFastifySchemaValidationErrors(error)) return toInputProblem(error.validation);
  if (error instanceof UnsealError) return new Problem(503, WRONG_SECRET, { code: 'wrong_app_secret' });
  if (isServerAway(error))
    return new Problem(503, 'The database cannot be reached. Opens are still collected; try again shortly.', {
      code: 'database_away',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  const status = toClientStatus(error);
  if (status !== null) return new Problem(status, CLIENT_FAULTS[status] ?? 'The request could not be understood.');
  return new Problem(500, 'Something went wrong on our side. It was logged; try again.');
}

const RETRY_AFTER_SECONDS = 2;
const WRONG_SECRET =
  'The pixels cannot be shown: the server runs with another APP_SECRET than the one they were made with. Opens are still collected; the person who runs the server must put the former APP_SECRET back.';

const CLIENT_FAULTS: Readonly<Record<number, string>> = {
  400: 'The request could not be understood: its body is not valid JSON, or its address is malformed.',
  413: 'The body is larger than this resource takes.',
  414: 'The address is too long.',
  415: 'Send the body as application/json.',
};

/** Faults of the request that Fastify itself found before a handler ran. */
function toClientStatus(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return null;
  const { statusCode, code } = error;
  const isFramework = typeof code === 'string' && (code.startsWith('FST_') || code === 'ERR_INVALID_JSON');
  return isFramework && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}

const ACCOUNT_STATUSES: Readonly<Record<AccountErrorCode, number>> = {
  email_taken: 409,
  password_too_common: 400,
  password_length: 400,
  too_busy: 503,
  unknown_organization: 404,
  too_many_keys: 409,
  reset_expired: 410,
  deactivated: 403,
  sso_provider: 400,
  sso_secret_missing: 400,
  sso_none: 404,
  sso_refused: 401,
  sso_foreign_email: 403,
  sso_no_member: 403,
};

function toAccountProblem(error: AccountError): Problem {
  return new Problem(ACCOUNT_STATUSES[error.code], error.message, {
    code: error.code,
    ...(error.field === null ? {} : { errors: [{ field: error.field, detail: error.message }] }),
    ...(error.code === 'too_busy' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  });
}

interface ValidationFinding {
  readonly instancePath: string;
  readonly message?: string | undefined;
}

function toInputProblem(findings: readonly ValidationFinding[]): Problem {
  const errors = findings.map((finding) => ({
    field: finding.instancePath.split('/').filter(Boolean).join('.') || 'body',
    detail: toExpectation(finding.message ?? 'another value'),
  }));
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ');
  return new Problem(400, detail, { code: 'invalid_input', errors });
}

/** Our own schemas say what was expected ("an email address"), zod's messages are whole sentences already. */
function toExpectation(message: string): string {
  const isSentence = /expected|^(invalid|unrecognized|too |duplicate)/i.test(message);
  return isSentence ? message.replace(/^Invalid input: /, '') : `expected ${message}`;
}

/** Nobody listens, the server shuts down or starts (57P…), or the connection broke (08…). */
function toErrorFields(error: unknown): object {
  if (isResponseSerializationError(error))
    return { error: 'answer does not match its schema', issues: error.cause.issues };
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    error: redact(`${error.name}: ${error.message}`),
    ...('code' in error ? { code: error.code } : {}),
    at: frames.slice(0, STACK_FRAMES_MAX).map((line) => line.trim()),
  };
}

const STACK_FRAMES_MAX = 8;
