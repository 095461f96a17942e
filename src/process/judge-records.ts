import {
  ADDRESS_HASH_BYTES,
  DAY_MS,
  type Hit,
  type SpoolBlock,
  type SpoolRecord,
  type ThrottledHits,
  type ThrottleLimit,
  TOKEN_HASH_BYTES,
  type TrackingType,
} from '../domain/hit.ts';
import type { Judgement } from '../domain/verdict.ts';
import { classify } from './classify/classify.ts';
import { RecordError } from './record-error.ts';
import { toErrorText } from './to-error-text.ts';

/** A hit with its verdict, before anything is known of its pixel. */
export interface JudgedHit {
  readonly blockId: string;
  readonly hit: Hit;
  readonly judgement: Judgement;
}

export interface ThrottledCount {
  readonly blockId: string;
  readonly throttled: ThrottledHits;
}

/** A record that cannot be processed: enough to count, to date and to find the fault, and nothing of a reader. */
export interface DeadLetter {
  readonly blockId: string;
  /** The record's place in its block; below zero for records whose bytes were not understood. */
  readonly recordIndex: number;
  readonly record: SpoolRecord | null;
  readonly error: string;
}

export interface JudgedBatch {
  /** When it was judged, milliseconds: unreadable records are counted under this day. */
  readonly judgedAt: number;
  readonly hits: readonly JudgedHit[];
  readonly throttled: readonly ThrottledCount[];
  readonly deadLetters: readonly DeadLetter[];
  /** Records whose bytes were not understood, per block. */
  readonly malformed: readonly { readonly blockId: string; readonly hits: number }[];
}

/** Hits older than the longest retention plus an outage are a broken clock, not history. */
const HIT_AGE_MS_MAX = 400 * DAY_MS;
/** A collector's clock may run ahead of ours, not by more than a day. */
const HIT_AHEAD_MS_MAX = DAY_MS;
/** A counter of throttled hits beyond this is damage: it would overflow the stored sum. */
const THROTTLED_HITS_MAX = 100_000_000;
/** Letters written for one block's malformed records; all of them are counted. */
const MALFORMED_LETTERS_MAX = 100;

/** Milliseconds, and the age of the address lists in days. */
export interface JudgingTime {
  readonly now: number;
  readonly networksAgeDays: number | null;
}

/** Judges each record on its own; one that throws becomes a dead letter and holds up nothing. */
export function judgeRecords(
  blocks: readonly SpoolBlock[],
  { now, networksAgeDays }: JudgingTime,
  condemned: readonly DeadLetter[],
): JudgedBatch {
  const hits: JudgedHit[] = [];
  const throttled: ThrottledCount[] = [];
  const deadLetters: DeadLetter[] = [...condemned];
  const malformed: { blockId: string; hits: number }[] = [];
  const isCondemned = new Set(condemned.map((letter) => `${letter.blockId}:${letter.recordIndex}`));
  for (const [blockId, block] of new Map(blocks.map((block) => [block.id, block]))) {
    for (const [recordIndex, record] of block.records.entries()) {
      if (isCondemned.size > 0 && isCondemned.has(`${blockId}:${recordIndex}`)) continue;
      try {
        checkRecord(record, now);
        if (record.kind === 'throttled') throttled.push({ blockId, throttled: record });
        else hits.push({ blockId, hit: record, judgement: judgeHit(record, networksAgeDays) });
      } catch (error) {
        deadLetters.push({ blockId, recordIndex, record, error: toErrorText(error) });
      }
    }
    for (let i = 0; i < Math.min(block.malformed, MALFORMED_LETTERS_MAX); i += 1) {
      deadLetters.push({ blockId, recordIndex: -1 - i, record: null, error: 'malformed record' });
    }
    if (block.malformed > 0) malformed.push({ blockId, hits: block.malformed });
  }
  return { judgedAt: now, hits, throttled, deadLetters, malformed };
}

function judgeHit({ userAgent, networkClass, hints }: Hit, networksAgeDays: number | null): Judgement {
  return classify({ userAgent, networkClass, hints, networksAgeDays });
}

/** Only what came from blocks that this transaction claimed. */
export function keepBlocks(batch: JudgedBatch, blockIds: ReadonlySet<string>): JudgedBatch {
  return {
    judgedAt: batch.judgedAt,
    hits: batch.hits.filter((hit) => blockIds.has(hit.blockId)),
    throttled: batch.throttled.filter((count) => blockIds.has(count.blockId)),
    deadLetters: batch.deadLetters.filter((letter) => blockIds.has(letter.blockId)),
    malformed: batch.malformed.filter((count) => blockIds.has(count.blockId)),
  };
}

const TRACKING_TYPES: readonly TrackingType[] = ['user', 'campaign'];
const THROTTLE_LIMITS: readonly ThrottleLimit[] = ['pixel', 'client_ip'];

function checkRecord(record: SpoolRecord, now: number): void {
  if (!Number.isSafeInteger(record.hitAt)) throw new RecordError('hit time is no whole number of milliseconds');
  if (record.hitAt < now - HIT_AGE_MS_MAX) throw new RecordError('hit time is too far in the past');
  if (record.hitAt > now + HIT_AHEAD_MS_MAX) throw new RecordError('hit time is in the future');
  if (record.tokenHash.byteLength !== TOKEN_HASH_BYTES) throw new RecordError('token hash has the wrong size');
  if (!TRACKING_TYPES.includes(record.trackingType)) throw new RecordError('unknown tracking type');
  if (record.kind === 'throttled') {
    const { hits } = record;
    if (!THROTTLE_LIMITS.includes(record.limit)) throw new RecordError('unknown limit');
    if (!Number.isSafeInteger(hits) || hits < 1 || hits > THROTTLED_HITS_MAX)
      throw new RecordError('throttled count out of range');
    return;
  }
  const { day, today, yesterday } = record.address;
  if (Math.abs(day - Math.floor(record.hitAt / DAY_MS)) > 1) throw new RecordError('address day is not the hit day');
  for (const hash of [today, yesterday]) {
    if (hash !== null && hash.byteLength !== ADDRESS_HASH_BYTES)
      throw new RecordError('address hash has the wrong size');
  }
}
