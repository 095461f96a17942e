import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { readSignals, type SignalSeen } from './read-signals.ts';

/** What waited for one member. */
export interface Digest {
  readonly since: Date;
  readonly signals: readonly SignalSeen[];
  /** Opens that folded into them. */
  readonly moreOpens: number;
}

/** One letter or screen; the rest is on the Live page. */
const DIGEST_SIGNALS_MAX = 100;

/** On screen: what has waited since the last digest that was made, at least that of a day. */
export async function readDigest(
  trx: Transaction<Schema>,
  { organizationId, memberId, now }: { organizationId: OrganizationId; memberId: MemberId; now: number },
): Promise<Digest> {
  const last = await trx
    .selectFrom('signal_digests')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', memberId)
    .select('since_at')
    .orderBy('day', 'desc')
    .executeTakeFirst();
  const dayAgo = now - DAY_MS;
  const since = new Date(last === undefined ? dayAgo : Math.min(dayAgo, last.since_at.getTime()));
  return readHeld(trx, { organizationId, memberId, since, until: new Date(now + 1) });
}

/** Signals that were held back for the member between two instants, the second one excluded. */
export async function readHeld(
  trx: Transaction<Schema>,
  {
    organizationId,
    memberId,
    since,
    until,
  }: { organizationId: OrganizationId; memberId: MemberId; since: Date; until: Date },
): Promise<Digest> {
  const { data } = await readSignals(trx, {
    organizationId,
    ofMember: memberId,
    held: { since, until },
    limit: DIGEST_SIGNALS_MAX,
    after: null,
  });
  return { since, signals: data, moreOpens: data.reduce((sum, { moreOpens }) => sum + moreOpens, 0) };
}
