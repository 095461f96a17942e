import { Problem } from './problem.ts';

/** What the sign-in library refused, with what to do next. Codes are the library's in lower case, or ours. */
export function toAuthProblem(status: number, content: unknown): Problem {
  const told = (content ?? {}) as { message?: unknown; code?: unknown };
  const code = typeof told.code === 'string' ? told.code.toLowerCase() : undefined;
  const message = typeof told.message === 'string' ? told.message : 'The sign-in was refused.';
  const detail = SENTENCES[code ?? ''] ?? (/[.!?]$/.test(message) ? message : `${message}.`);
  return new Problem(status, detail, {
    ...(code === undefined ? {} : { code }),
    ...(status === 503 ? { retryAfterSeconds: 2 } : {}),
  });
}

const SENTENCES: Readonly<Record<string, string>> = {
  invalid_two_factor_cookie: 'This sign-in took longer than 10 minutes or began elsewhere. Enter your password again.',
  invalid_code: 'This code is wrong or too old. Enter the one that your app shows now, or a recovery code.',
  too_many_attempts_request_new_code: 'Too many wrong codes. Enter your password again.',
  account_temporarily_locked: 'Too many wrong codes. Try again in 15 minutes.',
  invalid_backup_code: 'This recovery code is wrong or was used; each works once. Try another one.',
  invalid_password: 'This is not your password.',
  totp_not_enabled: 'The second step is not switched on for this account. Enter your password again.',
  totp_already_enabled: 'The second step is on already. Switch it off first to begin anew.',
  backup_codes_not_enabled: 'There are no recovery codes for this account.',
  credential_account_not_found: 'This account has no password. Set one with "forgotten password" on the sign-in page.',
  unauthorized: 'Sign in first.',
};
