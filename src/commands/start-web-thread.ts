import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { TrackingHealth } from '../contract/tracking-health.ts';
import { endThread } from '../kit/end-thread.ts';
import { type Heartbeat, watchBeats } from '../kit/heartbeat.ts';
import type { Log } from '../kit/log.ts';
import { startThread } from '../kit/start-thread.ts';
import { toSocketPath } from './to-socket-path.ts';
import type { WebMainMessage, WebThreadData, WebThreadMessage } from './web-thread-messages.ts';

export interface WebThreadOptions extends Omit<WebThreadData, 'socketPath' | 'heartbeat'> {
  readonly log: Log;
  /** Five seconds, twelve of which may pass in a row without a beat. */
  readonly heartbeat?: Heartbeat;
  readonly readPixelSpeed: () => Promise<TrackingHealth['pixel']>;
}

export interface WebThread {
  /** Where it listens; null while it is being started again. */
  readonly socketPath: string | null;
  /** Prometheus' text of what the thread counts; empty where it does not answer in time. */
  readMetrics(): Promise<string>;
  /** Answers what is under way and ends. */
  stop(): Promise<void>;
}

/**
 * Serves screens and API in a thread of its own, so that they never hold up the loop that answers pixels
 * (docs/decisions/0021-screens-have-a-thread.md). Resolves when it serves, throws what kept it from that. One that ends
 * unasked later is started again, and until then `socketPath` is null; one whose loop no longer turns is ended first.
 */
export async function startWebThread(options: WebThreadOptions): Promise<WebThread> {
  const { log, readPixelSpeed, heartbeat = HEARTBEAT, ...data } = options;
  // In a folder that only this user may enter, with a path short enough for every system (104 characters on macOS).
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-'));
  const waiting: ((text: string) => void)[] = [];
  let starts = 0;
  let isStopping = false;
  let socketPath: string | null = null;
  let restarting: NodeJS.Timeout | null = null;
  let worker: Worker;

  /** Resolves when it serves. */
  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      starts += 1;
      const path = toSocketPath(folder, starts);
      const made = startThread(ENTRY, { ...data, heartbeat, socketPath: path } satisfies WebThreadData);
      worker = made;
      made.on('error', (error: Error) => {
        log.error({ error: error.message }, 'web.thread_failed');
        reject(error);
      });
      made.on('exit', () => {
        socketPath = null;
        reject(new Error('the thread that serves screens and API ended'));
        for (const answer of waiting.splice(0)) answer('');
      });
      made.on('message', (message: WebThreadMessage) => {
        if (message.kind === 'metrics') waiting.shift()?.(message.text);
        else if (message.kind === 'pixel_speed')
          void readPixelSpeed().then((speed) => tell(made, { kind: 'pixel_speed', speed }));
        else if (message.kind === 'serving') {
          socketPath = path;
          made.on('exit', startAgain);
          watchBeats(made, heartbeat, (silentMs) => log.error({ silentMs }, 'web.thread_silent'));
          resolve();
        }
      });
    });

  const startAgain = (): void => {
    if (isStopping) return;
    restarting = setTimeout(() => start().catch(startAgain), RESTART_AFTER_MS);
  };

  const removeFolder = () => rm(folder, { recursive: true, force: true });
  await start().catch(async (error) => {
    await removeFolder();
    throw error;
  });
  return {
    get socketPath() {
      return socketPath;
    },
    readMetrics: async () => {
      if (socketPath === null) return '';
      const asked = new Promise<string>((resolve) => waiting.push(resolve));
      tell(worker, { kind: 'metrics' });
      return Promise.race([asked, late()]);
    },
    stop: async () => {
      isStopping = true;
      if (restarting !== null) clearTimeout(restarting);
      const isEnded = await endThread(worker, { kind: 'stop' } satisfies WebMainMessage, STOP_MS_MAX);
      if (!isEnded) log.warn({ waitedMs: STOP_MS_MAX }, 'web.thread_abandoned');
      await removeFolder();
    },
  };
}

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './web-thread.ts' : './web-thread.js', import.meta.url);
const HEARTBEAT: Heartbeat = { everyMs: 5_000, missedMax: 12 };
/** A thread that cannot live must not be started over and over at full speed. */
const RESTART_AFTER_MS = 500;
const METRICS_MS_MAX = 2_000;
/** A little more than its own deadline for clients that do not leave. */
const STOP_MS_MAX = 12_000;

function tell(worker: Worker, message: WebMainMessage): void {
  worker.postMessage(message);
}

function late(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(''), METRICS_MS_MAX).unref());
}
