import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../kit/log.ts';
import { redact } from '../kit/redact.ts';

/**
 * Set while the library looks a session up: it answers 500 of whatever hinders it, and names the cause to its log only.
 * There the cause is kept for the caller instead, who throws it and has it logged once.
 */
export const hindranceScope = new AsyncLocalStorage<{ cause: Error | null }>();

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
      const scope = hindranceScope.getStore();
      if (scope && cause) {
        scope.cause = cause;
        return;
      }
      const fields = {
        message: redact(message),
        ...(cause ? { error: redact(`${cause.name}: ${cause.message}`) } : {}),
      };
      log[level === 'info' ? 'debug' : level](fields, 'auth.message');
    },
  };
}
