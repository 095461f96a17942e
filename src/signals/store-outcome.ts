import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId, SignalId } from '../domain/ids.ts';
import type { SignalOutcome } from '../domain/signal.ts';
import { SignalError } from './signal-error.ts';

export interface OutcomeTold {
  readonly organizationId: OrganizationId;
  readonly signalId: SignalId;
  /** Whose signals the teller may answer; null: everybody's. */
  readonly ofMember: MemberId | null;
  /** Who tells. */
  readonly memberId: MemberId;
  /** Null: nothing was said after all; the signal is current again while it is hot, and counts for no precision. */
  readonly outcome: SignalOutcome | null;
  readonly now: number;
}

/** Keeps what became of a signal and tells open screens; a later answer replaces it. Must be the last to write. Throws SignalError unknown_signal. */
export async function storeOutcome(trx: Transaction<Schema>, told: OutcomeTold): Promise<void> {
  const { organizationId, signalId, ofMember, memberId, outcome } = told;
  const at = new Date(told.now);
  const signal = await trx
    .selectFrom('signals')
    .select('user_id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', signalId)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  if (signal === undefined || (ofMember !== null && signal.user_id !== ofMember))
    throw new SignalError('unknown_signal', 'The signal was not found.');
  if (outcome === null) await removeOutcome(trx, told);
  else
    await trx
      .insertInto('signal_outcomes')
      .values({ organization_id: organizationId, signal_id: signalId, user_id: memberId, outcome, at })
      .onConflict((conflict) => conflict.column('signal_id').doUpdateSet({ user_id: memberId, outcome, at }))
      .execute();
  // The other open screens. Nothing may be written behind it (docs/decisions/0010-live-streams.md).
  await sql`
    select app_private.append_live(array[${organizationId}]::uuid[], array[${signal.user_id}]::uuid[], array['signal'],
      array[${signalId}]::text[], array[null]::float8[])`.execute(trx);
}

async function removeOutcome(
  trx: Transaction<Schema>,
  { organizationId, signalId }: Pick<OutcomeTold, 'organizationId' | 'signalId'>,
): Promise<void> {
  await trx
    .deleteFrom('signal_outcomes')
    .where('organization_id', '=', organizationId)
    .where('signal_id', '=', signalId)
    .execute();
}
