import type { Clock } from '../kit/clock.ts';

/** Counts failures per key in a window that starts with the first one; a success forgets them. */
export interface FailureLimit {
  /** Seconds to wait; 0 when the key may try. */
  secondsToWait(key: string): number;
  count(key: string): void;
  forget(key: string): void;
}

interface Window {
  failures: number;
  readonly endsAt: number;
}

/** Keys kept at most; beyond it the oldest go, so that a flood of keys costs memory of a known size. */
const KEYS_MAX = 20_000;

export function createFailureLimit(clock: Clock, options: { failuresMax: number; windowMs: number }): FailureLimit {
  const windows = new Map<string, Window>();
  const read = (key: string): Window | undefined => {
    const window = windows.get(key);
    if (window && window.endsAt <= clock.now()) windows.delete(key);
    return windows.get(key);
  };
  return {
    secondsToWait(key) {
      const window = read(key);
      return window && window.failures >= options.failuresMax ? Math.ceil((window.endsAt - clock.now()) / 1_000) : 0;
    },
    count(key) {
      const window = read(key);
      if (window) {
        window.failures += 1;
        return;
      }
      const oldest = windows.size >= KEYS_MAX ? windows.keys().next().value : undefined;
      if (oldest !== undefined) windows.delete(oldest);
      windows.set(key, { failures: 1, endsAt: clock.now() + options.windowMs });
    },
    forget: (key) => void windows.delete(key),
  };
}
