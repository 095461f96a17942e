/** One verb of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What `--help` says: usage, options with defaults, an example. */
  readonly help: string;
  /** Answers the exit code; throws UsageError for wrong words and any other Error for what failed. */
  run(words: readonly string[]): Promise<number>;
}

/** The words of the command line were wrong; the message says what was expected. */
export class UsageError extends Error {}
