import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, MemberId, OrganizationId, SignalMuteId } from '../domain/ids.ts';
import type { SignalRule } from '../domain/signal.ts';
import { SignalError } from './signal-error.ts';

/** What a member wants no signals of: a campaign or a rule, the other is null. What is muted is kept, and told to nobody. */
export interface Mute {
  readonly id: SignalMuteId;
  readonly campaignId: CampaignId | null;
  readonly campaignName: string | null;
  readonly rule: SignalRule | null;
  readonly createdAt: Date;
}

interface Owner {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
}

/** A list that nobody can take in any more; processing reads all of it with each signal. */
const MUTES_MAX = 200;

export async function readMutes(trx: Transaction<Schema>, owner: Owner): Promise<readonly Mute[]> {
  return trx
    .selectFrom('signal_mutes as s')
    .leftJoin('signature_campaigns as c', 'c.id', 's.campaign_id')
    .where('s.organization_id', '=', owner.organizationId)
    .where('s.user_id', '=', owner.memberId)
    .select(['s.id', 's.campaign_id as campaignId', 'c.name as campaignName', 's.rule', 's.created_at as createdAt'])
    .orderBy('s.created_at')
    .orderBy('s.id')
    .execute();
}

/** Muting twice is once. Throws SignalError unknown_campaign or too_many_mutes. */
export async function addMute(
  trx: Transaction<Schema>,
  { organizationId, memberId, campaignId, rule, now }: Owner & Pick<Mute, 'campaignId' | 'rule'> & { now: number },
): Promise<Mute> {
  await sql`select from organization_users where id = ${memberId} for no key update`.execute(trx);
  const known = await readMutes(trx, { organizationId, memberId });
  const isSame = (mute: Mute) => mute.campaignId === campaignId && mute.rule === rule;
  const before = known.find(isSame);
  if (before) return before;
  if (known.length >= MUTES_MAX) throw new SignalError('too_many_mutes', `At most ${MUTES_MAX} mutes are kept.`);
  if (campaignId !== null) await requireCampaign(trx, organizationId, campaignId);
  await trx
    .insertInto('signal_mutes')
    .values({
      organization_id: organizationId,
      user_id: memberId,
      campaign_id: campaignId,
      rule,
      created_at: new Date(now),
    })
    .execute();
  const added = (await readMutes(trx, { organizationId, memberId })).find(isSame);
  if (!added) throw new Error('the mute that was added is gone');
  return added;
}

/** Throws SignalError unknown_mute, also for another member's. */
export async function removeMute(
  trx: Transaction<Schema>,
  { organizationId, memberId, muteId }: Owner & { muteId: SignalMuteId },
): Promise<void> {
  const gone = await trx
    .deleteFrom('signal_mutes')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', memberId)
    .where('id', '=', muteId)
    .returning('id')
    .executeTakeFirst();
  if (!gone) throw new SignalError('unknown_mute', 'The mute was not found.');
}

async function requireCampaign(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  campaignId: CampaignId,
): Promise<void> {
  const campaign = await trx
    .selectFrom('signature_campaigns')
    .where('organization_id', '=', organizationId)
    .where('id', '=', campaignId)
    .select('id')
    .executeTakeFirst();
  if (!campaign) throw new SignalError('unknown_campaign', 'The campaign was not found.');
}
