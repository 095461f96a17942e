import { pino } from 'pino';

/** One wide line per unit of work (`hit.dropped`, `batch.processed`), ids and figures as fields. */
export interface Log {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

const REDACTED = [
  'password',
  '*.password',
  'token',
  '*.token',
  'secret',
  '*.secret',
  'cookie',
  '*.cookie',
  'authorization',
  '*.authorization',
  '*.headers',
];

/** JSON lines on standard error, so that a command's standard output stays a machine's to read. */
export function createLog(level: LogLevel): Log {
  return pino(
    { level, base: null, redact: { paths: REDACTED, censor: '[redacted]' } },
    pino.destination({ dest: 2, sync: true }),
  );
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
