import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { StoredEvent } from './lock-events.ts';
import type { OpenEvent } from './mark-unique.ts';

interface LiveBatch {
  readonly events: readonly OpenEvent[];
  /** Of the events, in their order. */
  readonly ids: readonly number[];
  /** Stored before, and now something else or gone. */
  readonly withdrawn: readonly StoredEvent[];
  /** Raised, moved, withdrawn. */
  readonly signals?: readonly LiveSignal[];
}

interface LiveSignal {
  readonly id: string;
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
}

interface Line extends LiveSignal {
  readonly kind: 'open' | 'signal';
  /** Milliseconds; null for signals. */
  readonly hitAt: number | null;
}

/**
 * Tells the screens that are open, by ids only; for organizations that nobody watches it costs one lock of a row. Must
 * be the transaction's last statement: its locks make the order of the log the order of commits.
 */
export async function storeLiveEvents(
  trx: Transaction<Schema>,
  { events, ids, withdrawn, signals = [] }: LiveBatch,
): Promise<void> {
  const opens = events.map(({ pixel, hit }, i): Line => {
    return {
      id: String(ids[i]),
      organizationId: pixel.organizationId,
      memberId: pixel.memberId,
      kind: 'open',
      hitAt: hit.hitAt,
    };
  });
  const gone = withdrawn.map((event): Line => ({ ...event, id: String(event.id), kind: 'open' }));
  const raised = signals.map((signal): Line => ({ ...signal, kind: 'signal', hitAt: null }));
  const lines = [...gone, ...opens, ...raised];
  if (lines.length === 0) return;
  await sql`
    select app_private.append_live(${toArrayText(lines.map((line) => line.organizationId))}::uuid[], ${toArrayText(lines.map((line) => line.memberId))}::uuid[],
      ${toArrayText(lines.map((line) => line.kind))}::text[], ${toArrayText(lines.map((line) => line.id))}::text[],
      ${toArrayText(lines.map((line) => line.hitAt))}::float8[])`.execute(trx);
}
