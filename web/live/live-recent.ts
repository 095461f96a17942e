import type { LiveMessage } from './live-stream.ts';

/** What was told lately, so that a list that was asked for before is not shown without it. */
const RECENT_MAX = 500;

const recent: LiveMessage[] = [];
let told = 0;

export function noteRecent(message: LiveMessage): void {
  recent.push(message);
  told += 1;
  if (recent.length > RECENT_MAX) recent.shift();
}

/** Asks for a list and adds what was told since it was asked for: the answer may be older than that. */
export async function withRecent<T>(ask: () => Promise<T>, add: (list: T, message: LiveMessage) => T): Promise<T> {
  const before = told;
  const list = await ask();
  const since = Math.min(told - before, recent.length);
  return since === 0 ? list : recent.slice(-since).reduce(add, list);
}
