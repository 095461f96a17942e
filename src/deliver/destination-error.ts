export type DestinationErrorCode =
  | 'invalid_input'
  | 'name_taken'
  | 'too_many_destinations'
  | 'too_many_tests'
  | 'not_resumable'
  | 'no_secret'
  | 'not_replayable';

/** What an admin asked for cannot be done; the message is for people and holds no credential. */
export class DestinationError extends Error {
  readonly code: DestinationErrorCode;
  /** Of the request, where one is to blame. */
  readonly field: string | null;
  constructor(code: DestinationErrorCode, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}
