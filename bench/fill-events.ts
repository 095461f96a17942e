import { sql } from 'kysely';
import type { Databases } from '../src/db/open-databases.ts';
import type { CampaignId, MemberId, OrganizationId } from '../src/domain/ids.ts';
import { DEFAULT_TRACKING_SETTINGS } from '../src/domain/settings.ts';

export interface FilledOrganization {
  readonly organizationId: OrganizationId;
  readonly members: readonly MemberId[];
  readonly campaigns: readonly CampaignId[];
}

export interface FillPlan {
  readonly events: number;
  readonly members: number;
  readonly campaigns: number;
  readonly days: number;
  readonly now: number;
}

const ROWS_PER_STATEMENT = 500_000;

/**
 * One organization in Berlin whose opens of `days` days are made inside of the database: seven in ten of user pixels,
 * most between 8 and 18 o'clock, and both rollups as the process stage would have written them.
 */
export async function fillEvents({ system }: Pick<Databases, 'system'>, plan: FillPlan): Promise<FilledOrganization> {
  const now = new Date(plan.now);
  const since = new Date(plan.now - plan.days * 86_400_000);
  const { id: organizationId } = await system
    .insertInto('organizations')
    .values({ name: 'Bench', slug: `bench-${plan.events}`, created_at: since })
    .returning('id')
    .executeTakeFirstOrThrow();
  const settings = { ...DEFAULT_TRACKING_SETTINGS, timezone: 'Europe/Berlin' };
  await system
    .insertInto('organization_settings')
    .values({ organization_id: organizationId, tracking_settings: settings })
    .execute();
  const members = await fillMembers({ system }, organizationId, plan.members);
  const { rows: made } = await sql<{ id: CampaignId }>`
    insert into signature_campaigns (organization_id, name, owner_id, status)
    select ${organizationId}, 'Campaign ' || n, ${members[0]}, 'active' from generate_series(1, ${plan.campaigns}::int) n
    returning id`.execute(system);
  const campaigns = made.map(({ id }) => id);
  await sql`insert into signature_campaign_statuses (organization_id, campaign_id, status, began_at)
    select organization_id, id, 'active', ${since} from signature_campaigns where organization_id = ${organizationId}`.execute(
    system,
  );
  await sql`select app_private.ensure_partitions(${since}, ${now})`.execute(system);
  const judgements = await fillJudgements({ system });
  for (let done = 0; done < plan.events; done += ROWS_PER_STATEMENT) {
    const count = Math.min(ROWS_PER_STATEMENT, plan.events - done);
    await sql`
      insert into signature_tracking_events (hit_at, organization_id, user_id, user_tracking_id, pixel_id, campaign_id, judgement_id,
        is_counted, is_unique, is_bot, is_proxy, tracking_type, verdict)
      select least(drawn.at, ${now}), ${organizationId}, drawn.member, case when drawn.campaign is null then drawn.member end,
        case when drawn.campaign is not null then drawn.member end, drawn.campaign, judged.id,
        judged.verdict <> 'prefetch', judged.verdict <> 'prefetch' and drawn.is_first, false, judged.verdict <> 'human',
        case when drawn.campaign is null then 'user' else 'campaign' end, judged.verdict
      from (
        select ${since}::timestamptz + floor(random() * ${plan.days}::int) * interval '1 day' + interval '7 hours' + random() * interval '10 hours' as at,
          (${members}::uuid[])[1 + floor(random() * ${members.length}::int)::int] as member,
          case when random() < 0.3 then (${campaigns}::uuid[])[1 + floor(random() * ${campaigns.length}::int)::int] end as campaign,
          (${judgements}::int[])[1 + floor(random() * ${judgements.length}::int)::int] as judgement_id, random() < 0.6 as is_first
        from generate_series(1, ${count}::int)) drawn join judgements judged on judged.id = drawn.judgement_id`.execute(
      system,
    );
  }
  await fillRollups({ system });
  return { organizationId, members, campaigns };
}

async function fillMembers(
  { system }: Pick<Databases, 'system'>,
  organizationId: OrganizationId,
  count: number,
): Promise<readonly MemberId[]> {
  const { rows } = await sql<{ id: MemberId }>`
    with people as (
      insert into users (name, email) select 'Person ' || n, 'person' || n || '@example.com' from generate_series(1, ${count}::int) n
      returning id, name)
    insert into organization_users (organization_id, user_id, role, name) select ${organizationId}, id, 'member', name from people
    returning id`.execute(system);
  return rows.map(({ id }) => id);
}

async function fillJudgements({ system }: Pick<Databases, 'system'>): Promise<readonly number[]> {
  const kinds = ['human desktop', 'human desktop', 'human mobile', 'proxy_open unknown', 'prefetch unknown'];
  const { rows } = await sql<{ id: number }>`
    insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
    select split_part(kind, ' ', 1), 'certain', 'bench', n, split_part(kind, ' ', 2), 'bench', 'eyeball', ''
    from unnest(${kinds}::text[]) with ordinality as kinds (kind, n) returning id`.execute(system);
  return rows.map(({ id }) => id);
}

async function fillRollups({ system }: Pick<Databases, 'system'>): Promise<void> {
  const counts = sql`count(*), count(*) filter (where is_counted), count(*) filter (where is_unique)
    from signature_tracking_events event join judgements judged on judged.id = event.judgement_id group by 1, 2, 3, 4, 5, 6`;
  const columns = sql`verdict, device, events, opens, uniques`;
  await sql`insert into tracking_rollup_slots (organization_id, user_id, campaign_id, slot_at, ${columns})
    select organization_id, user_id, campaign_id, date_bin('15 minutes', hit_at, 'epoch'), event.verdict, judged.device, ${counts}`.execute(
    system,
  );
  await sql`insert into tracking_rollup_days (organization_id, user_id, campaign_id, day, ${columns})
    select organization_id, user_id, campaign_id, (hit_at at time zone 'Europe/Berlin')::date, event.verdict, judged.device, ${counts}`.execute(
    system,
  );
}
