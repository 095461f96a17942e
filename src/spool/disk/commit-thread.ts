import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { SpoolRecord } from '../../domain/hit.ts';
import type { SpoolPosition } from '../spool.ts';
import {
  closeRing,
  createRingMemory,
  type RingMemory,
  RingWriter,
  type SharedRing,
  toSharedRing,
} from './record-ring.ts';
import type { CommitMessage, SpoolWorkerData, SpoolWorkerMessage } from './spool-worker.ts';

export interface CommitThreadListener {
  /** `position`: the last record of the commit; every record up to it is settled. */
  onCommit(commit: CommitMessage, position: SpoolPosition): void;
  onSealed(segment: number): void;
  onSyncFailed(code: string): void;
}

/**
 * Main's end of the writing thread: puts records into the shared ring, wakes the thread once per turn of the event
 * loop where it sleeps, and passes on what it tells. A thread that ends unasked (out of memory) is started again; what it had
 * not told as written counts as lost.
 */
export class CommitThread {
  readonly #data: Omit<SpoolWorkerData, 'ring'>;
  #worker: Worker;
  #memory: RingMemory;
  #ring: SharedRing;
  #writer: RingWriter;
  #listener: CommitThreadListener | null = null;
  #appended = 0;
  #settled = 0;
  #queuedBytes = 0;
  #lastSegment: number;
  #blocks: number;
  #isWaking = false;
  #isClosing = false;
  #restartTimer: NodeJS.Timeout | null = null;

  static async start(data: Omit<SpoolWorkerData, 'ring'>): Promise<CommitThread> {
    const thread = new CommitThread(data);
    await new Promise<void>((resolve, reject) => {
      thread.#worker.once('message', () => resolve());
      thread.#worker.once('error', reject);
    });
    return thread;
  }

  private constructor(data: Omit<SpoolWorkerData, 'ring'>) {
    this.#data = data;
    this.#lastSegment = data.segments.nextNumber - 1;
    this.#blocks = data.segments.blocksBefore;
    const memory = createRingMemory();
    this.#memory = memory;
    this.#ring = toSharedRing(memory);
    this.#writer = new RingWriter(this.#ring);
    this.#worker = this.#startWorker({ ...data, ring: memory });
  }

  /** Bytes of records that are not settled yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  listen(listener: CommitThreadListener): void {
    this.#listener = listener;
  }

  /** Null when the ring is full: the disk is slower than what comes. */
  append(record: SpoolRecord): SpoolPosition | null {
    const bytes = this.#writer.write(record);
    if (bytes === 0) return null;
    this.#appended += 1;
    this.#queuedBytes += bytes;
    if (this.#writer.publish() && !this.#isWaking) {
      this.#isWaking = true;
      setImmediate(this.#wake);
    }
    return this.#appended;
  }

  /** Writes and syncs what was appended, then ends the thread. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#restartTimer !== null) this.#restart();
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    closeRing(this.#ring);
    await ended;
  }

  #wake = (): void => {
    this.#isWaking = false;
    this.#writer.wake();
  };

  #startWorker(workerData: SpoolWorkerData): Worker {
    const worker = createWorker(workerData);
    worker.on('message', (message: SpoolWorkerMessage) => this.#take(message));
    worker.on('error', (error) => this.#listener?.onSyncFailed(`thread: ${error.message}`));
    worker.on('exit', () => {
      if (!this.#isClosing && this.#listener !== null) this.#dropQueued();
    });
    return worker;
  }

  #take(message: SpoolWorkerMessage): void {
    if (message.kind === 'commit') this.#settle(message);
    else if (message.kind === 'sealed') this.#listener?.onSealed(message.segment);
    else if (message.kind === 'sync_failed') this.#listener?.onSyncFailed(message.code);
  }

  #settle(commit: CommitMessage): void {
    this.#settled += commit.records;
    this.#queuedBytes -= commit.payloadBytes;
    if (commit.lostCode === null) {
      this.#lastSegment = commit.segment;
      this.#blocks += commit.blocks;
    }
    this.#listener?.onCommit(commit, this.#settled);
  }

  #dropQueued(): void {
    const records = this.#appended - this.#settled;
    const lost = { segment: 0, end: 0, blocks: 0, bytes: 0, payloadBytes: this.#queuedBytes, writtenAt: 0 };
    if (records > 0) this.#settle({ kind: 'commit', records, lostCode: 'thread ended', ...lost });
    const memory = createRingMemory();
    this.#ring = toSharedRing(memory);
    this.#writer = new RingWriter(this.#ring);
    this.#memory = memory;
    this.#restartTimer = setTimeout(() => this.#restart(), RESTART_AFTER_MS);
  }

  #restart(): void {
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
    const { segments } = this.#data;
    // One number further than the thread that ended may have begun.
    const next = { ...segments, nextNumber: this.#lastSegment + 2, blocksBefore: this.#blocks };
    this.#worker = this.#startWorker({ ...this.#data, segments: next, ring: this.#memory });
  }
}

/** A thread that cannot live must not be started over and over at full speed. */
const RESTART_AFTER_MS = 500;

/** Run from source, a thread needs the TypeScript loader of its own: it inherits none on Node 20. */
function createWorker(workerData: SpoolWorkerData): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./spool-worker.js', import.meta.url), { workerData });
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const loader = new URL('./esm/api/index.mjs', pathToFileURL(tsx)).href;
  const entry = new URL('./spool-worker.ts', import.meta.url).href;
  const start = `import('${loader}').then(({ register }) => { register(); return import('${entry}'); })`;
  return new Worker(start, { workerData, eval: true, execArgv: [] });
}
