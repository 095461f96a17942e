import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { toArrayText } from '../../db/to-array-text.ts';
import type { PixelId, SignalId } from '../../domain/ids.ts';
import type { SignalLevel, SignalRule, SignalSilence } from '../../domain/signal.ts';
import type { SignalReason } from '../../domain/signal-reason.ts';
import type { Confidence } from '../../domain/verdict.ts';
import { MINUTE_MS } from './seen-open.ts';
import type { Subject } from './to-subjects.ts';

/** A signal that is stored and stands. */
export interface StandingSignal {
  readonly id: SignalId;
  readonly pixelId: PixelId;
  readonly rule: SignalRule;
  readonly level: SignalLevel;
  readonly confidence: Confidence;
  readonly reasons: readonly SignalReason[];
  readonly raisedAt: number;
  readonly silencedFor: SignalSilence | null;
}

/** Those of the pixels that what changed may touch: a cooldown before the earliest change and later. */
export async function readStanding(
  trx: Transaction<Schema>,
  subjects: readonly Subject[],
): Promise<readonly StandingSignal[]> {
  const froms = subjects.map(({ fromAt, pixel }) => {
    const cooldowns = Object.values(pixel.signalRules).map(({ cooldownMinutes }) => cooldownMinutes);
    return fromAt - Math.max(...cooldowns) * MINUTE_MS;
  });
  const { rows } = await sql<StandingSignal>`
    select signal.id, signal.pixel_id as "pixelId", signal.rule, signal.level, signal.confidence, signal.reasons,
      (extract(epoch from signal.raised_at) * 1000)::float8 as "raisedAt", signal.silenced_for as "silencedFor"
    from unnest(${toArrayText(subjects.map(({ pixel }) => pixel.id))}::uuid[], ${toArrayText(froms)}::float8[]) as want (pixel_id, from_at)
    join signals signal on signal.pixel_id = want.pixel_id and signal.withdrawn_at is null
      and signal.raised_at >= to_timestamp(want.from_at / 1000)
    order by signal.raised_at`.execute(trx);
  return rows;
}
