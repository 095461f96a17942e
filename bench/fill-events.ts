import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Databases } from '../src/db/open-databases.ts';
import type { CampaignId, MemberId, OrganizationId } from '../src/domain/ids.ts';
import { DEFAULT_TRACKING_SETTINGS, type RetentionDays } from '../src/domain/settings.ts';
import { sha256 } from '../src/kit/crypto.ts';

export interface FilledOrganization {
  readonly organizationId: OrganizationId;
  readonly members: readonly MemberId[];
  readonly campaigns: readonly CampaignId[];
  /** Tokens of the members' pixels, for hits that shall count. */
  readonly tokens: readonly string[];
}

export interface FillPlan {
  readonly events: number;
  readonly members: number;
  readonly campaigns: number;
  readonly days: number;
  readonly now: number;
  readonly retentionDays?: RetentionDays;
  /** As in organizations that collect them, which is off by default. */
  readonly hasCountries?: boolean;
}

const DAY_MS = 86_400_000;
const LANES = 2;
/** The first campaigns are carried by everybody, the others by a hundred members each. */
const CAMPAIGNS_OF_ALL = 10;
const MEMBERS_OF_CAMPAIGN = 100;

/**
 * One organization in Berlin whose opens of the last `days` UTC days, today included, are made inside of the database,
 * day by day in the order of their times: seven in ten of user pixels, all between 7 and 17 o'clock UTC and none in the
 * future. Each day's rollups are written in its transaction by one statement each, as the process stage adds them up.
 */
export async function fillEvents(databases: Databases, plan: FillPlan): Promise<FilledOrganization> {
  const { system } = databases;
  const first = Math.floor(plan.now / DAY_MS) - plan.days + 1;
  const since = new Date(first * DAY_MS);
  await sql`select app_private.ensure_partitions(${since}, ${new Date(plan.now)})`.execute(system);
  const organization = await fillPeople(databases, plan, since);
  const judgements = await fillJudgements(databases);
  const days = Array.from({ length: plan.days }, (_, index) => first + index);
  // A week of days per partition: a lane takes whole weeks, so that rows stand in the order of their times.
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    days.filter((day) => Math.floor((day + 3) / 7) % LANES === lane),
  );
  await Promise.all(
    lanes.map(async (lane) => {
      for (const day of lane) {
        const before = Math.round(((day - first) * plan.events) / plan.days);
        const count = Math.round(((day - first + 1) * plan.events) / plan.days) - before;
        await fillDay(databases, { plan, organization, judgements, day, count });
      }
    }),
  );
  return organization;
}

async function fillPeople({ system }: Databases, plan: FillPlan, since: Date): Promise<FilledOrganization> {
  const mark = randomBytes(4).toString('hex');
  const { id: organizationId } = await system
    .insertInto('organizations')
    .values({ name: 'Bench', slug: `bench-${mark}`, created_at: since })
    .returning('id')
    .executeTakeFirstOrThrow();
  const settings = {
    ...DEFAULT_TRACKING_SETTINGS,
    timezone: 'Europe/Berlin',
    collect_region: plan.hasCountries ?? false,
    retention_days: plan.retentionDays ?? DEFAULT_TRACKING_SETTINGS.retention_days,
  };
  await system
    .insertInto('organization_settings')
    .values({ organization_id: organizationId, tracking_settings: settings })
    .execute();
  const { rows: people } = await sql<{ id: MemberId }>`
    with people as (
      insert into users (name, email) select 'Person ' || n, 'person' || n || '.' || ${mark} || '@example.com' from generate_series(1, ${plan.members}::int) n
      returning id, name)
    insert into organization_users (organization_id, user_id, role, name, created_at) select ${organizationId}, id, 'member', name, ${since} from people
    returning id`.execute(system);
  const members = people.map(({ id }) => id);
  const tokens = members.map(() => randomBytes(18).toString('base64url'));
  await sql`insert into signature_user_tracking (organization_id, user_id, pixel_token_hash, pixel_token_sealed, created_at)
    select ${organizationId}, member, hash, '\\x00', ${since} from unnest(${members}::uuid[], ${tokens.map((token) => sha256(token))}::bytea[]) as made (member, hash)`.execute(
    system,
  );
  const { rows: made } = await sql<{ id: CampaignId }>`
    insert into signature_campaigns (organization_id, name, owner_id, status, created_at)
    select ${organizationId}, 'Campaign ' || n, ${members[0]}, 'active', ${since} from generate_series(1, ${plan.campaigns}::int) n
    returning id`.execute(system);
  const campaigns = made.map(({ id }) => id);
  await sql`insert into signature_campaign_statuses (organization_id, campaign_id, status, began_at)
    select organization_id, id, 'active', ${since} from signature_campaigns where organization_id = ${organizationId}`.execute(
    system,
  );
  await sql`insert into signature_tracking_pixels (organization_id, campaign_id, user_id, pixel_token_hash, pixel_token_sealed, created_at)
    select ${organizationId}, campaign, member, sha256(convert_to(campaign::text || member::text, 'UTF8')), '\\x00', ${since}
    from unnest(${campaigns}::uuid[]) with ordinality as c (campaign, c)
    cross join lateral (select member from unnest(${members}::uuid[]) with ordinality as m (member, m)
      where c <= ${CAMPAIGNS_OF_ALL} or (m - c * 7) % ${members.length}::int between 0 and ${MEMBERS_OF_CAMPAIGN - 1}::int) audience`.execute(
    system,
  );
  return { organizationId, members, campaigns, tokens };
}

interface FillDay {
  readonly plan: FillPlan;
  readonly organization: FilledOrganization;
  readonly judgements: readonly number[];
  /** Since the epoch, UTC. */
  readonly day: number;
  readonly count: number;
}

async function fillDay({ system }: Databases, { plan, organization, judgements, day, count }: FillDay): Promise<void> {
  const { organizationId } = organization;
  const from = new Date(day * DAY_MS);
  const opened = Math.min(Math.max(plan.now, day * DAY_MS + 60_000), (day + 1) * DAY_MS);
  const until = new Date(opened);
  await system.transaction().execute(async (trx) => {
    // The planner knows nothing yet of an organization that is just being filled, and would loop over its pixels.
    await sql`select set_config('synchronous_commit', 'off', true), set_config('work_mem', '128MB', true),
      set_config('enable_nestloop', 'off', true)`.execute(trx);
    await sql`
      insert into signature_tracking_events (hit_at, organization_id, user_id, user_tracking_id, pixel_id, campaign_id, judgement_id,
        is_counted, is_unique, is_bot, is_proxy, tracking_type, verdict, country, is_new_reader)
      with pixels as materialized (
        select p.*, row_number() over (partition by campaign_id order by id) as n, count(*) over (partition by campaign_id) as of
        from (select id, user_id, null::uuid as campaign_id from signature_user_tracking where organization_id = ${organizationId}
          union all select id, user_id, campaign_id from signature_tracking_pixels where organization_id = ${organizationId}) p
      ), drawn as materialized (
        select least(${from}::timestamptz + interval '7 hours' + random() * interval '10 hours', ${until}::timestamptz - random() * interval '50 seconds') as at,
          random() as place, random() as land, random() < 0.6 as is_first,
          (${judgements}::int[])[1 + floor(random() * ${judgements.length}::int)::int] as judgement_id,
          case when random() < 0.3 then (${organization.campaigns}::uuid[])[1 + floor(random() * ${organization.campaigns.length}::int)::int] end as campaign
        from generate_series(1, ${count}::int)
      ), sizes as (select distinct campaign_id, of from pixels)
      select date_trunc('milliseconds', drawn.at), ${organizationId}, pixel.user_id, case when drawn.campaign is null then pixel.id end,
        case when drawn.campaign is not null then pixel.id end, drawn.campaign, judged.id,
        judged.verdict <> 'prefetch', judged.verdict <> 'prefetch' and drawn.is_first, false, judged.verdict <> 'human',
        case when drawn.campaign is null then 'user' else 'campaign' end, judged.verdict,
        case when ${plan.hasCountries ?? false}::bool and judged.verdict = 'human' then (${COUNTRIES}::text[])[1 + floor(drawn.land * drawn.land * ${COUNTRIES.length}::int)::int] end,
        case when judged.verdict = 'human' and drawn.campaign is null then drawn.is_first end
      from drawn join judgements judged on judged.id = drawn.judgement_id
      join sizes on coalesce(sizes.campaign_id, ${NOBODY}) = coalesce(drawn.campaign, ${NOBODY})
      join pixels pixel on coalesce(pixel.campaign_id, ${NOBODY}) = coalesce(drawn.campaign, ${NOBODY}) and pixel.n = 1 + floor(drawn.place * sizes.of)::int
      order by drawn.at`.execute(trx);
    await sql`insert into tracking_rollup_slots (organization_id, user_id, campaign_id, slot_at, verdict, device, events, opens, uniques)
      select event.organization_id, event.user_id, event.campaign_id, date_bin('15 minutes', event.hit_at, 'epoch'), event.verdict, judged.device,
        count(*), count(*) filter (where is_counted), count(*) filter (where is_unique)
      from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
      where event.organization_id = ${organizationId} and event.hit_at >= ${from} and event.hit_at < ${new Date((day + 1) * DAY_MS)}
      group by 1, 2, 3, 4, 5, 6 order by 4`.execute(trx);
    await sql`insert into tracking_rollup_readers as kept (organization_id, day, client_family, country, opens, readers)
      select event.organization_id, ${from.toISOString()}::date, judged.client_family, event.country, count(*), count(*) filter (where is_new_reader)
      from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
      where event.organization_id = ${organizationId} and event.hit_at >= ${from} and event.hit_at < ${new Date((day + 1) * DAY_MS)}
        and event.is_new_reader is not null
      group by 1, 2, 3, 4`.execute(trx);
    await sql`insert into tracking_rollup_days as kept (organization_id, user_id, campaign_id, day, verdict, device, events, opens, uniques)
      select organization_id, user_id, campaign_id, (slot_at at time zone 'Europe/Berlin')::date, verdict, device, sum(events), sum(opens), sum(uniques)
      from tracking_rollup_slots where organization_id = ${organizationId} and slot_at >= ${from} and slot_at < ${new Date((day + 1) * DAY_MS)}
      group by 1, 2, 3, 4, 5, 6
      on conflict (organization_id, user_id, campaign_id, day, verdict, device) do update
      set events = kept.events + excluded.events, opens = kept.opens + excluded.opens, uniques = kept.uniques + excluded.uniques`.execute(
      trx,
    );
  });
}

const NOBODY = sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/** Where readers are: the first ones far more often than the last. */
const COUNTRIES = Array.from(
  { length: 60 },
  (_, index) => `${'ABCDE'[Math.floor(index / 12)]}${'ABCDEFGHIJKL'[index % 12]}`,
);
const CLIENTS = 8;

/** Kinds of hits as often as they come: three in five readers' own software, a fifth loaded ahead. */
async function fillJudgements({ system }: Databases): Promise<readonly number[]> {
  const kinds = ['human desktop', 'human desktop', 'human mobile', 'proxy_open unknown', 'prefetch unknown'];
  await sql`
    insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
    select split_part(kind, ' ', 1), 'certain', 'bench', n, split_part(kind, ' ', 2), 'Client ' || client, 'eyeball', ''
    from unnest(${kinds}::text[]) with ordinality as kinds (kind, n), generate_series(1, ${CLIENTS}::int) client
    on conflict do nothing`.execute(system);
  const { rows } = await sql<{ id: number }>`
    select id from judgements where reason = 'bench' order by rules_version`.execute(system);
  return rows.map(({ id }) => id);
}
