export type SignalErrorCode = 'unknown_signal' | 'unknown_campaign' | 'unknown_mute' | 'too_many_mutes';

/** What a person asked of signals cannot be done; the message says why, in their words. */
export class SignalError extends Error {
  readonly code: SignalErrorCode;
  constructor(code: SignalErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
