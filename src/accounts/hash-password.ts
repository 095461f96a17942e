import { isAPIError } from 'better-auth/api';
import { AccountError } from './account-error.ts';
import { isCommonPassword } from './common-passwords.ts';
import { type Auth, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORD_TOO_COMMON } from './create-auth.ts';

/**
 * The hash to store for a password that may be used. Throws AccountError password_length, password_too_common or
 * too_busy. Call it before a transaction opens: waiting for a turn must hold no connection.
 */
export async function hashPassword(auth: Auth, password: string): Promise<string> {
  refuseWeakPassword(password);
  const { password: hasher } = await auth.$context;
  try {
    return await hasher.hash(password);
  } catch (error) {
    if (isAPIError(error) && error.statusCode === 503) throw new AccountError('too_busy', error.message);
    throw error;
  }
}

function refuseWeakPassword(password: string): void {
  if (password.length < PASSWORD_CHARS_MIN || password.length > PASSWORD_CHARS_MAX)
    throw new AccountError('password_length', PASSWORD_LENGTH, 'password');
  if (isCommonPassword(password)) throw new AccountError('password_too_common', PASSWORD_TOO_COMMON, 'password');
}

const PASSWORD_LENGTH = `A password has ${PASSWORD_CHARS_MIN} to ${PASSWORD_CHARS_MAX} characters; 15 or more are advised.`;
