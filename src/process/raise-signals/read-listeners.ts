import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { type Attention, toAttentionHold } from '../../domain/attention.ts';
import type { CampaignId, MemberId } from '../../domain/ids.ts';
import type { SignalLevel, SignalRule, SignalSilence } from '../../domain/signal.ts';
import type { Pixel } from '../read-pixels.ts';

interface Listener {
  readonly title: string;
  /** Null: they are to be told at once. */
  toSilence(signal: {
    readonly rule: SignalRule;
    readonly campaignId: CampaignId | null;
    readonly level: SignalLevel;
    readonly now: number;
  }): SignalSilence | null;
}

interface MemberRow {
  id: MemberId;
  name: string;
  timezone: string | null;
  quiet_from: string | null;
  quiet_to: string | null;
  minimum_level: SignalLevel | null;
  muted_campaigns: CampaignId[];
  muted_rules: SignalRule[];
}

/** Whom the signals of these pixels are for, what they want to hear, and what it is about. Asked only when one is raised. */
export async function readListeners(
  trx: Transaction<Schema>,
  pixels: readonly Pixel[],
): Promise<{ of(pixel: Pixel): Listener }> {
  const members = new Map((await readMembers(trx, pixels)).map((row) => [row.id, row]));
  const campaigns = await trx
    .selectFrom('signature_campaigns')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(pixels.flatMap(({ campaignId }) => campaignId ?? [])), NO_ID])
    .execute();
  const names = new Map(campaigns.map(({ id, name }) => [id, name]));
  return {
    of({ memberId, campaignId, settings }) {
      const member = members.get(memberId);
      return {
        title: (campaignId && names.get(campaignId)) || `Signature of ${member?.name ?? 'a member'}`,
        toSilence: ({ rule, level, now, ...signal }) => {
          if (!member) return null;
          const isMuted = signal.campaignId !== null && member.muted_campaigns.includes(signal.campaignId);
          if (isMuted || member.muted_rules.includes(rule)) return 'muted';
          return toAttentionHold(toAttention(member), { level, now, timeZone: member.timezone ?? settings.timezone });
        },
      };
    },
  };
}

/** No campaign's, so that the list is never empty. */
const NO_ID = '00000000-0000-0000-0000-000000000000' as string as CampaignId;

function toAttention({
  quiet_from,
  quiet_to,
  minimum_level,
}: MemberRow): Pick<Attention, 'quietHours' | 'minimumLevel'> {
  return {
    quietHours: quiet_from === null || quiet_to === null ? null : { from: quiet_from, to: quiet_to },
    minimumLevel: minimum_level ?? 'warm',
  };
}

async function readMembers(trx: Transaction<Schema>, pixels: readonly Pixel[]): Promise<readonly MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    select m.id, coalesce(m.name, u.name) as name, m.timezone, a.quiet_from, a.quiet_to, a.minimum_level,
      array(select campaign_id from signal_mutes s where s.user_id = m.id and s.organization_id = m.organization_id and campaign_id is not null) as muted_campaigns,
      array(select rule from signal_mutes s where s.user_id = m.id and s.organization_id = m.organization_id and rule is not null) as muted_rules
    from organization_users m join users u on u.id = m.user_id left join member_attention a on a.user_id = m.id
    where m.id = any(${[...new Set(pixels.map(({ memberId }) => memberId))]}::uuid[])`.execute(trx);
  return rows;
}
