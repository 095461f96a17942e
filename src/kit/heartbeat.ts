import type { MessagePort, Worker } from 'node:worker_threads';

// A thread whose event loop no longer turns cannot be told to end, and nobody it serves is answered. It is known by its
// silence: it beats, and whoever started it counts its own turns without a beat. Counting turns instead of time keeps a
// machine that slept, or a process that was stopped and goes on, from accusing a thread that slept as well.

/** Both ends agree on it. */
export interface Heartbeat {
  readonly everyMs: number;
  /** Beats that may fail in a row; a loop that is only busy is late, not silent. */
  readonly missedMax: number;
}

export const BEAT = { kind: 'beat' } as const;

/** In the thread: beats for as long as its loop turns, and keeps it from ending no longer than anything else does. */
export function beat(port: MessagePort, { everyMs }: Heartbeat): void {
  setInterval(() => port.postMessage(BEAT), everyMs).unref();
}

/** Ends a thread by force when it has missed its beats, after `onSilent` was told for how many milliseconds. */
export function watchBeats(thread: Worker, { everyMs, missedMax }: Heartbeat, onSilent: (ms: number) => void): void {
  let missed = 0;
  const timer = setInterval(() => {
    missed += 1;
    if (missed <= missedMax) return;
    clearInterval(timer);
    onSilent(missed * everyMs);
    void thread.terminate();
  }, everyMs).unref();
  thread.on('message', (message: { readonly kind?: string }) => {
    if (message.kind === BEAT.kind) missed = 0;
  });
  thread.on('exit', () => clearInterval(timer));
}
