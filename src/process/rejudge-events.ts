import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { isMachine, isProxied, type Judgement } from '../domain/verdict.ts';
import type { JudgementIds } from './judgement-ids.ts';
import type { StoredEvent } from './lock-events.ts';
import { isReader } from './mark-unique.ts';
import type { RollupChange } from './roll-up.ts';

/** A stored event, whose row is locked, and what it is judged now. */
export interface Rejudged {
  readonly event: StoredEvent;
  readonly judgement: Judgement;
  readonly isCounted: boolean;
  readonly isUnique: boolean;
}

/** Writes the new judgements to the events. */
export async function rejudgeEvents(
  trx: Transaction<Schema>,
  rejudged: readonly Rejudged[],
  judgementIds: JudgementIds,
): Promise<void> {
  if (rejudged.length === 0) return;
  const column = <T>(read: (one: Rejudged) => T): T[] => rejudged.map(read);
  await sql`
    update signature_tracking_events event
    set judgement_id = now.judgement_id, verdict = now.verdict, is_counted = now.is_counted,
      is_unique = now.is_unique, is_bot = now.is_bot, is_proxy = now.is_proxy, is_new_reader = now.is_new_reader
    from unnest(${column(({ event }) => event.organizationId)}::uuid[], ${column(({ event }) => event.id)}::bigint[], ${column(({ event }) => event.hitAt)}::float8[],
      ${column(({ judgement }) => judgementIds.of(judgement))}::int[], ${column(({ judgement }) => judgement.verdict)}::text[],
      ${column((one) => one.isCounted)}::bool[], ${column((one) => one.isUnique)}::bool[],
      ${column(({ judgement }) => isMachine(judgement.verdict))}::bool[],
      ${column(({ judgement }) => isProxied(judgement.verdict))}::bool[], ${column(toNewReader)}::bool[])
      as now (organization_id, id, hit_at, judgement_id, verdict, is_counted, is_unique, is_bot, is_proxy, is_new_reader)
    where event.organization_id = now.organization_id and event.id = now.id and event.hit_at = to_timestamp(now.hit_at / 1000)`.execute(
    trx,
  );
}

/** One that becomes a reader's is not its reader's first: nothing says any more whose it was. */
export function toNewReader({ event, judgement, isCounted }: Rejudged): boolean | null {
  const isReading = isReader({ verdict: judgement.verdict, isCounted, campaignId: event.campaignId });
  return isReading ? (event.isNewReader ?? false) : null;
}

/** What the rollups lose under the old judgement and gain under the new one. */
export function toRejudgedChanges(
  rejudged: readonly Rejudged[],
  toDay: (event: StoredEvent) => string,
): readonly RollupChange[] {
  return rejudged.flatMap(({ event, judgement, ...now }) => {
    const place = { ...event, localDay: toDay(event) };
    const old = event.judgement;
    return [
      toChange({ ...place, verdict: old.verdict, device: old.device }, event, -1),
      toChange({ ...place, verdict: judgement.verdict, device: judgement.device }, now, 1),
    ];
  });
}

function toChange(
  place: Omit<RollupChange, 'events' | 'opens' | 'uniques'>,
  { isCounted, isUnique }: { readonly isCounted: boolean; readonly isUnique: boolean },
  sign: 1 | -1,
): RollupChange {
  return { ...place, events: sign, opens: isCounted ? sign : 0, uniques: isUnique ? sign : 0 };
}
