/** What a person asked of an account and cannot have; http turns it into a problem document. */
export class AccountError extends Error {
  readonly code: AccountErrorCode;
  /** The input field at fault, null when none is. */
  readonly field: string | null;

  constructor(code: AccountErrorCode, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

export type AccountErrorCode =
  | 'email_taken'
  | 'password_too_common'
  | 'password_length'
  | 'too_busy'
  | 'unknown_organization'
  | 'too_many_keys'
  | 'reset_expired'
  | 'deactivated'
  | 'sso_provider'
  | 'sso_secret_missing'
  | 'sso_none'
  | 'sso_refused'
  | 'sso_foreign_email'
  | 'sso_no_member';
