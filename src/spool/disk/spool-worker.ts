import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { SpoolSync } from '../spool.ts';
import { BLOCK_HEADER_BYTES, BLOCK_PAYLOAD_BYTES_MAX, BLOCK_RECORDS_MAX, writeBlockHeader } from './block-format.ts';
import { type RingMemory, RingReader, toSharedRing } from './record-ring.ts';
import { SegmentWriter, type SegmentWriterOptions } from './segment-writer.ts';

// The thread that writes. It sleeps until main publishes records, keeps a gap between two commits so that hits share
// one sync, writes what came as one append, syncs, and tells main. It runs its loop without ever going back to an
// event loop, so nothing that main or libuv's pool does can hold a commit up. It never throws: what cannot be written
// is told as lost.

export interface SpoolWorkerData {
  readonly ring: RingMemory;
  readonly sync: SpoolSync;
  readonly commitGapMs: number;
  readonly segments: SegmentWriterOptions;
}

export type SpoolWorkerMessage =
  | { readonly kind: 'ready' }
  | CommitMessage
  /** No block follows in this segment. */
  | { readonly kind: 'sealed'; readonly segment: number }
  /** `fast` mode: what was written within the last SYNC_WITHIN_MS may not outlive a power cut. */
  | { readonly kind: 'sync_failed'; readonly code: string };

export interface CommitMessage {
  readonly kind: 'commit';
  readonly records: number;
  readonly writtenAt: number;
  /** Null when the records were written; otherwise why they are lost (ENOSPC, EIO, …). */
  readonly lostCode: string | null;
  readonly segment: number;
  /** The segment's good end after the commit. */
  readonly end: number;
  readonly blocks: number;
  readonly bytes: number;
  /** Of the records alone, also of lost ones. */
  readonly payloadBytes: number;
}

/** SPOOL_SYNC=fast promises this much. */
const SYNC_WITHIN_MS = 50;
const COMMIT_BYTES_MAX = 1024 * 1024;
/** Only how often a sleeping worker looks whether its segment is due. */
const IDLE_WAIT_MS = 1_000;

function run(port: MessagePort, data: SpoolWorkerData): void {
  const ring = new RingReader(toSharedRing(data.ring));
  const tell = (message: SpoolWorkerMessage): void => port.postMessage(message);
  const writer = new SegmentWriter(data.segments, undefined, (segment) => tell({ kind: 'sealed', segment }));
  const isSynced = data.sync === 'durable';
  const staging = Buffer.allocUnsafeSlow(COMMIT_BYTES_MAX);
  let committedAt = 0;
  let syncDueAt = Number.POSITIVE_INFINITY;
  tell({ kind: 'ready' });
  for (;;) {
    const now = performance.now();
    if (now >= syncDueAt || (ring.isEmpty() && ring.isClosing())) {
      syncDueAt = Number.POSITIVE_INFINITY;
      attempt(
        () => writer.sync(),
        (code) => tell({ kind: 'sync_failed', code }),
      );
    }
    if (ring.isEmpty()) {
      if (ring.isClosing()) break;
      if (writer.isDue(Date.now())) sealNow(writer, tell);
      ring.wait(Math.min(IDLE_WAIT_MS, syncDueAt - now));
      continue;
    }
    const gapMs = committedAt + data.commitGapMs - now;
    if (gapMs > 0 && !ring.isClosing()) pause(gapMs);
    committedAt = performance.now();
    const commit = commitOnce({ ring, writer, staging, isSynced });
    tell(commit);
    if (commit.lostCode !== null)
      attempt(
        () => writer.sealUsed(),
        (code) => tell({ kind: 'sync_failed', code }),
      );
    if (!isSynced && syncDueAt === Number.POSITIVE_INFINITY) syncDueAt = committedAt + SYNC_WITHIN_MS;
  }
  sealNow(writer, tell);
}

interface CommitParts {
  readonly ring: RingReader;
  readonly writer: SegmentWriter;
  readonly staging: Buffer;
  readonly isSynced: boolean;
}

function commitOnce({ ring, writer, staging, isSynced }: CommitParts): CommitMessage {
  const writtenAt = Date.now();
  let segment = { number: 0, blocks: 0 };
  let lostCode: string | null = null;
  const note = (code: string): void => {
    lostCode = code;
  };
  attempt(() => {
    const { number, blocks } = writer.prepare(writtenAt);
    segment = { number, blocks };
  }, note);
  let bytes = 0;
  let blocks = 0;
  let payloadBytes = 0;
  let records = 0;
  while (bytes + BLOCK_HEADER_BYTES + BLOCK_PAYLOAD_BYTES_MAX <= staging.length && !ring.isEmpty()) {
    const limits = { bytesMax: BLOCK_PAYLOAD_BYTES_MAX, recordsMax: BLOCK_RECORDS_MAX };
    const taken = ring.take(staging, bytes + BLOCK_HEADER_BYTES, limits);
    const index = segment.blocks + blocks;
    writeBlockHeader(staging, bytes, { index, payloadBytes: taken.bytes, records: taken.records, writtenAt });
    bytes += BLOCK_HEADER_BYTES + taken.bytes;
    payloadBytes += taken.bytes;
    records += taken.records;
    blocks += 1;
  }
  let end = 0;
  if (lostCode === null) {
    attempt(() => {
      end = writer.append(staging.subarray(0, bytes), blocks, isSynced);
    }, note);
  }
  return { kind: 'commit', records, writtenAt, lostCode, segment: segment.number, end, blocks, bytes, payloadBytes };
}

function sealNow(writer: SegmentWriter, tell: (message: SpoolWorkerMessage) => void): void {
  attempt(
    () => writer.seal(),
    (code) => tell({ kind: 'sync_failed', code }),
  );
}

function attempt(work: () => void, onFailure: (code: string) => void): void {
  try {
    work();
  } catch (error) {
    onFailure((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

if (parentPort !== null) run(parentPort, workerData as SpoolWorkerData);
