import type { Log } from '../kit/log.ts';
import { redact } from '../kit/redact.ts';

type AuthLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Routes the sign-in library's messages to our log without what they may hold: addresses of people and of machines,
 * and the values PostgreSQL quotes in its errors ("Key (email)=(…)"). Its info lines are our debug lines.
 */
export function toAuthLogger(log: Log): {
  level: 'info';
  log: (level: AuthLevel, message: string, ...rest: unknown[]) => void;
} {
  return {
    level: 'info',
    log(level, message, ...rest) {
      const cause = rest.find((value) => value instanceof Error);
      const fields = {
        message: redact(message),
        ...(cause ? { error: redact(`${cause.name}: ${cause.message}`) } : {}),
      };
      log[level === 'info' ? 'debug' : level](fields, 'auth.message');
    },
  };
}
