import type { Worker } from 'node:worker_threads';

/**
 * Tells a thread to end, in its own words, and waits for `msMax`; one that has not ended by then is ended by force, and
 * the answer is false. True for one that ended before.
 */
export async function endThread(thread: Worker, message: unknown, msMax: number): Promise<boolean> {
  if (thread.threadId === -1) return true;
  const gone = new Promise<boolean>((resolve) => thread.once('exit', () => resolve(true)));
  thread.postMessage(message);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), msMax);
  });
  const isGone = await Promise.race([gone, late]);
  clearTimeout(timer);
  if (!isGone) await thread.terminate();
  return isGone;
}
