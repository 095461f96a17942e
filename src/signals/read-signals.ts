import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { CampaignId, MemberId, OrganizationId, PixelId, SignalId } from '../domain/ids.ts';
import type { SignalLevel, SignalOutcome, SignalRule, SignalSilence } from '../domain/signal.ts';
import type { SignalReason } from '../domain/signal-reason.ts';
import type { Confidence, Device } from '../domain/verdict.ts';

// Signals are written by process/raise-signals and read here; this folder owns what people say of them: outcomes,
// mutes, rules' numbers, attention, digests. What must never happen: a withdrawn signal on a screen, a member's signal
// before another member's eyes, a digest twice.

/** A signal as it is shown. */
export interface SignalSeen {
  readonly id: SignalId;
  readonly rule: SignalRule;
  readonly level: SignalLevel;
  readonly confidence: Confidence;
  readonly campaignId: CampaignId | null;
  readonly memberId: MemberId;
  readonly memberName: string;
  readonly title: string;
  readonly reasons: readonly SignalReason[];
  readonly device: Exclude<Device, 'unknown'> | null;
  readonly raisedAt: Date;
  readonly fadesAt: Date;
  /** Counted opens of the pixel behind it, until its heat faded: they make no signal of their own. */
  readonly moreOpens: number;
  readonly outcome: SignalOutcome | null;
  readonly silencedFor: SignalSilence | null;
}

export interface SignalsQuestion {
  readonly organizationId: OrganizationId;
  /** Null: of everybody. */
  readonly ofMember: MemberId | null;
  readonly ofCampaign?: CampaignId | null;
  /** Those that are worth a call at this instant: told of, not faded, not answered. */
  readonly currentAt?: Date | null;
  /** Those that waited for a digest, stored from the first instant on and before the second. */
  readonly held?: { readonly since: Date; readonly until: Date };
  readonly ids?: readonly SignalId[];
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after: string | null;
}

export interface SignalPage {
  readonly data: readonly SignalSeen[];
  readonly next: string | null;
}

/** Newest first; withdrawn ones never. */
export async function readSignals(trx: Transaction<Schema>, question: SignalsQuestion): Promise<SignalPage> {
  const { rows } = await sql<SignalSeen & { pixelId: PixelId; at: string }>`
    select s.id, s.rule, s.level, s.confidence, s.campaign_id as "campaignId", s.user_id as "memberId",
      coalesce(m.name, u.name) as "memberName", s.title, s.reasons, s.device, s.raised_at as "raisedAt", s.fades_at as "fadesAt",
      o.outcome, s.silenced_for as "silencedFor", more.opens as "moreOpens",
      (extract(epoch from s.raised_at) * 1000)::bigint::text as at
    from signals s join organization_users m on m.id = s.user_id join users u on u.id = m.user_id
    left join signal_outcomes o on o.signal_id = s.id
    cross join lateral (
      select count(*)::int as opens from (
        select from signature_tracking_events e where e.campaign_id = s.campaign_id and e.pixel_id = s.pixel_id
          and e.hit_at > s.raised_at and e.hit_at <= s.fades_at and e.verdict in ('human', 'proxy_open')
        union all
        select from signature_tracking_events e where s.campaign_id is null and e.user_id = s.user_id
          and e.user_tracking_id = s.pixel_id
          and e.hit_at > s.raised_at and e.hit_at <= s.fades_at and e.verdict in ('human', 'proxy_open')) opened) as more
    where s.organization_id = ${question.organizationId} and s.withdrawn_at is null and ${toCondition(question)}
    order by s.raised_at desc, s.id desc limit ${question.limit + 1}`.execute(trx);
  const page = rows.slice(0, question.limit);
  const last = page.at(-1);
  return { data: page, next: rows.length > page.length && last ? `${last.at}.${last.id}` : null };
}

function toCondition({ ofMember, ofCampaign, currentAt, held, ids, after }: SignalsQuestion): RawBuilder<unknown> {
  const conditions = [sql`true`];
  if (ofMember !== null) conditions.push(sql`s.user_id = ${ofMember}`);
  if (ofCampaign) conditions.push(sql`s.campaign_id = ${ofCampaign}`);
  if (currentAt)
    conditions.push(sql`s.fades_at > ${currentAt} and o.outcome is null
      and (s.silenced_for is null or s.silenced_for not in ('muted', 'faded'))`);
  if (held)
    conditions.push(sql`s.silenced_for in ('quiet_hours', 'minimum_level') and s.created_at >= ${held.since}
      and s.created_at < ${held.until}`);
  if (ids) conditions.push(sql`s.id = any(${ids}::uuid[])`);
  if (after !== null) {
    const [at = '0', id = ''] = after.split('.');
    conditions.push(sql`(s.raised_at, s.id) < (to_timestamp(${Number(at)}::float8 / 1000), ${id}::uuid)`);
  }
  return sql.join(conditions, sql` and `);
}
