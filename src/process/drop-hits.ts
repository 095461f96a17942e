import type { DropReason } from '../domain/drop-reason.ts';
import { isMachine, type Verdict } from '../domain/verdict.ts';
import type { DropCounts } from './drop-counts.ts';
import type { JudgedBatch, JudgedHit } from './judge-records.ts';
import type { Pixel, Pixels } from './read-pixels.ts';
import type { Identity } from './to-identities.ts';

/** A hit that becomes an event or a load of one. */
export interface KeptHit extends JudgedHit {
  readonly pixel: Pixel;
  /** Its reader, under the keys that were asked for so far (to-identities.ts). */
  readonly hashed: Identity[];
}

/**
 * Parts what is recorded from what is only counted, in this order of reasons: unknown token, tracking off, campaign
 * not active at the time of the hit, over a limit, machine refused. Dead letters are counted here as unreadable.
 */
export function dropHits(batch: JudgedBatch, pixels: Pixels, { drop }: DropCounts): readonly KeptHit[] {
  const kept: KeptHit[] = [];
  for (const judged of batch.hits) {
    const { hit, judgement } = judged;
    const pixel = pixels.find(hit.trackingType, hit.tokenHash);
    const reason = toDropReason(pixel, hit.hitAt) ?? toMachineReason(pixel, judgement.verdict);
    if (reason !== null) drop(reason === 'unknown_token' ? null : pixel, reason, { hitAt: hit.hitAt, hits: 1 });
    else if (pixel !== null) kept.push({ ...judged, pixel, hashed: [] });
  }
  for (const { throttled } of batch.throttled) {
    const pixel = pixels.find(throttled.trackingType, throttled.tokenHash);
    drop(pixel, toDropReason(pixel, throttled.hitAt) ?? `throttled_${throttled.limit}`, throttled);
  }
  const letters = batch.deadLetters.filter((letter) => letter.record !== null).length;
  const unreadable = batch.malformed.reduce((sum, count) => sum + count.hits, letters);
  if (unreadable > 0) drop(null, 'unreadable', { hitAt: batch.judgedAt, hits: unreadable });
  return kept;
}

function toDropReason(pixel: Pixel | null, hitAt: number): DropReason | null {
  if (pixel === null) return 'unknown_token';
  const { settings, trackingType, activeSpans } = pixel;
  const isEnabled = trackingType === 'user' ? settings.user_tracking_enabled : settings.campaign_tracking_enabled;
  if (settings.mode === 'off' || !isEnabled) return 'tracking_off';
  if (trackingType === 'user') return null;
  return activeSpans.some((span) => span.beganAt <= hitAt && hitAt < span.endedAt) ? null : 'campaign_inactive';
}

function toMachineReason(pixel: Pixel | null, verdict: Verdict): DropReason | null {
  if (!pixel?.settings.exclude_bots || !isMachine(verdict)) return null;
  return verdict === 'scanner' ? 'scanner' : 'bot';
}
