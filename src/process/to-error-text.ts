import { RecordError } from './record-error.ts';

/**
 * What a dead letter and a log line may say of an error: its name, its SQL state and constraint, and where it was
 * thrown. Never its message, which may repeat the agent or a hash that it was about.
 */
export function toErrorText(error: unknown): string {
  if (error instanceof RecordError) return error.message;
  if (!(error instanceof Error)) return 'not an error';
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown };
  const where = /\/([\w.-]+:\d+):\d+\)?$/m.exec(error.stack ?? '')?.[1];
  return [error.name, toWord(code), toWord(constraint) ?? toWord(table), where].filter((part) => part).join(' ');
}

function toWord(value: unknown): string | null {
  return typeof value === 'string' && /^\w{1,100}$/.test(value) ? value : null;
}
