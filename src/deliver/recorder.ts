import { pause } from './pause.ts';
import type { Tried } from './try-delivery.ts';

/** Tries that are done wait here until they stand in the database; many that end together are stored together. */
export interface Recorder {
  push(tried: Tried): void;
  /** Until `isDone`, asked whenever nothing waits. */
  run(isDone: () => boolean): Promise<void>;
  /** Leaves what could not be stored: it will be tried again. */
  abandon(): void;
}

const BATCH_MAX = 500;
const IDLE_MS = 100;
const BACKOFF_MS = 500;

/** The queue is as long as there are tries under way, since a try ends with being stored. */
export function createRecorder(
  store: (batch: readonly Tried[]) => Promise<void>,
  onFailed: (error: unknown) => void,
): Recorder {
  const waiting: Tried[] = [];
  const abandoned = new AbortController();
  let wake = (): void => undefined;
  return {
    push: (tried) => {
      waiting.push(tried);
      wake();
    },
    abandon: () => abandoned.abort(),
    run: async (isDone) => {
      while (!abandoned.signal.aborted) {
        if (waiting.length === 0) {
          if (isDone()) return;
          const woken = new AbortController();
          wake = () => woken.abort();
          await pause(IDLE_MS, woken.signal);
          continue;
        }
        const batch = waiting.slice(0, BATCH_MAX);
        try {
          await store(batch);
          waiting.splice(0, batch.length);
        } catch (error) {
          onFailed(error);
          await pause(BACKOFF_MS, abandoned.signal);
        }
      }
    },
  };
}
