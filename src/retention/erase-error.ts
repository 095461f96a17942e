/** The erasure cannot be done; the message says why. */
export class EraseError extends Error {
  readonly code: 'unknown_member' | 'last_owner';

  constructor(code: EraseError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
