-- Answers that take as long over ten million opens as over one: narrow rollups beneath the two founding ones, and fewer
-- bytes an open. The narrow ones are kept by triggers, so whoever changes a slot or a day, in whatever folder, keeps
-- them right in the same transaction; no program writes them.

-- Opens. Whoever looks for one knows its organization and time. One index tells time; those of members and campaigns
-- hold each key once a page with the places of the opens (7 bytes an open instead of 44), a member's by UTC days: an
-- answer sorts what it finds.
alter table signature_tracking_events drop constraint signature_tracking_events_pkey, add primary key (organization_id, hit_at, id);
drop index signature_tracking_events_organization_idx;
drop index signature_tracking_events_campaign_idx;
drop index signature_tracking_events_user_idx;
create index signature_tracking_events_user_idx on signature_tracking_events (user_id, ((hit_at at time zone 'UTC')::date));
create index signature_tracking_events_campaign_idx on signature_tracking_events (campaign_id) where campaign_id is not null;

-- A member's counted opens of the user pixel by the hours of UTC, four quarters each: at most 24 rows a day, however
-- much is opened. Zones whose offset is not a whole hour split them at the quarter.
create table tracking_rollup_hours (
  organization_id uuid not null,
  user_id uuid not null,
  hour_at timestamptz not null,
  opens_0 integer not null, opens_1 integer not null, opens_2 integer not null, opens_3 integer not null,
  uniques_0 integer not null, uniques_1 integer not null, uniques_2 integer not null, uniques_3 integer not null,
  desktop_0 integer not null, desktop_1 integer not null, desktop_2 integer not null, desktop_3 integer not null,
  mobile_0 integer not null, mobile_1 integer not null, mobile_2 integer not null, mobile_3 integer not null,
  tablet_0 integer not null, tablet_1 integer not null, tablet_2 integer not null, tablet_3 integer not null,
  -- A member's rows were written hours apart, each in another page: the key holds the figures side by side.
  primary key (organization_id, user_id, hour_at) include (opens_0, opens_1, opens_2, opens_3, uniques_0, uniques_1, uniques_2, uniques_3,
    desktop_0, desktop_1, desktop_2, desktop_3, mobile_0, mobile_1, mobile_2, mobile_3, tablet_0, tablet_1, tablet_2, tablet_3)
  -- Vacuumed often: the key alone answers for pages that were vacuumed since they changed.
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- A member's counted opens of the user pixel by the organization's local days, and the recorded hits of all their
-- pixels by verdict: one row a day.
create table tracking_rollup_totals (
  organization_id uuid not null,
  day date not null,
  user_id uuid not null,
  opens integer not null,
  uniques integer not null,
  human integer not null,
  proxy_open integer not null,
  prefetch integer not null,
  scanner integer not null,
  bot integer not null,
  unknown integer not null,
  self integer not null,
  test integer not null,
  primary key (organization_id, day, user_id)
) with (fillfactor = 85);
create index tracking_rollup_totals_user_idx on tracking_rollup_totals (user_id);

-- What a campaign's pixels gathered, by local day, verdict and device, whoever's they were: as many rows for a thousand
-- members as for one. Batches of one campaign wait for each other here, as those of one pixel do before.
create table tracking_rollup_campaigns (
  organization_id uuid not null,
  campaign_id uuid not null,
  day date not null,
  verdict text not null,
  device text not null,
  events integer not null,
  opens integer not null,
  uniques integer not null,
  primary key (organization_id, campaign_id, day, verdict, device)
) with (fillfactor = 70);

-- Whose they were, over its life.
create table tracking_rollup_campaign_members (
  organization_id uuid not null,
  campaign_id uuid not null,
  user_id uuid not null,
  events integer not null,
  opens integer not null,
  primary key (organization_id, campaign_id, user_id)
) with (fillfactor = 85);

-- On which day (UTC) a member last looked at their engagement: for the share of members who do, and for nothing else.
create table member_dashboard_views (
  organization_id uuid not null,
  user_id uuid not null,
  viewed_on date not null,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);

select app_private.isolate_tenant(t) from unnest(array[
  'tracking_rollup_hours', 'tracking_rollup_totals', 'tracking_rollup_campaigns', 'tracking_rollup_campaign_members', 'member_dashboard_views'
]::regclass[]) t;

-- Each change is added in the order of keys; what came to nothing goes. A row that was removed first (an erasure, a
-- purge) does not come back.
create function app_private.change_hours(added tracking_rollup_slots[], gone tracking_rollup_slots[]) returns void
  language plpgsql set search_path = pg_catalog, public as $$
begin
  with change as (
    select c.organization_id, c.user_id, date_bin('1 hour', c.slot_at, 'epoch') as hour_at,
      extract(epoch from c.slot_at)::bigint / 900 % 4 as quarter, c.device, sign * c.opens as opens, sign * c.uniques as uniques
    from (select 1 as sign, a.* from unnest(added) a union all select -1, g.* from unnest(gone) g) c
  ), delta as (
    select organization_id, user_id, hour_at,
      coalesce(sum(opens) filter (where quarter = 0), 0) as o0, coalesce(sum(opens) filter (where quarter = 1), 0) as o1,
      coalesce(sum(opens) filter (where quarter = 2), 0) as o2, coalesce(sum(opens) filter (where quarter = 3), 0) as o3,
      coalesce(sum(uniques) filter (where quarter = 0), 0) as u0, coalesce(sum(uniques) filter (where quarter = 1), 0) as u1,
      coalesce(sum(uniques) filter (where quarter = 2), 0) as u2, coalesce(sum(uniques) filter (where quarter = 3), 0) as u3,
      coalesce(sum(opens) filter (where quarter = 0 and device = 'desktop'), 0) as d0, coalesce(sum(opens) filter (where quarter = 1 and device = 'desktop'), 0) as d1,
      coalesce(sum(opens) filter (where quarter = 2 and device = 'desktop'), 0) as d2, coalesce(sum(opens) filter (where quarter = 3 and device = 'desktop'), 0) as d3,
      coalesce(sum(opens) filter (where quarter = 0 and device = 'mobile'), 0) as m0, coalesce(sum(opens) filter (where quarter = 1 and device = 'mobile'), 0) as m1,
      coalesce(sum(opens) filter (where quarter = 2 and device = 'mobile'), 0) as m2, coalesce(sum(opens) filter (where quarter = 3 and device = 'mobile'), 0) as m3,
      coalesce(sum(opens) filter (where quarter = 0 and device = 'tablet'), 0) as t0, coalesce(sum(opens) filter (where quarter = 1 and device = 'tablet'), 0) as t1,
      coalesce(sum(opens) filter (where quarter = 2 and device = 'tablet'), 0) as t2, coalesce(sum(opens) filter (where quarter = 3 and device = 'tablet'), 0) as t3
    from change group by organization_id, user_id, hour_at
    having bool_or(opens <> 0 or uniques <> 0)
    order by organization_id, user_id, hour_at
  )
  insert into tracking_rollup_hours as kept
  select * from delta
  on conflict (organization_id, user_id, hour_at) do update set
    opens_0 = kept.opens_0 + excluded.opens_0, opens_1 = kept.opens_1 + excluded.opens_1, opens_2 = kept.opens_2 + excluded.opens_2, opens_3 = kept.opens_3 + excluded.opens_3,
    uniques_0 = kept.uniques_0 + excluded.uniques_0, uniques_1 = kept.uniques_1 + excluded.uniques_1, uniques_2 = kept.uniques_2 + excluded.uniques_2, uniques_3 = kept.uniques_3 + excluded.uniques_3,
    desktop_0 = kept.desktop_0 + excluded.desktop_0, desktop_1 = kept.desktop_1 + excluded.desktop_1, desktop_2 = kept.desktop_2 + excluded.desktop_2, desktop_3 = kept.desktop_3 + excluded.desktop_3,
    mobile_0 = kept.mobile_0 + excluded.mobile_0, mobile_1 = kept.mobile_1 + excluded.mobile_1, mobile_2 = kept.mobile_2 + excluded.mobile_2, mobile_3 = kept.mobile_3 + excluded.mobile_3,
    tablet_0 = kept.tablet_0 + excluded.tablet_0, tablet_1 = kept.tablet_1 + excluded.tablet_1, tablet_2 = kept.tablet_2 + excluded.tablet_2, tablet_3 = kept.tablet_3 + excluded.tablet_3;
  if cardinality(gone) > 0 then
    delete from tracking_rollup_hours kept
    using (select distinct g.organization_id, g.user_id, date_bin('1 hour', g.slot_at, 'epoch') as hour_at from unnest(gone) g) touched
    where kept.organization_id = touched.organization_id and kept.user_id = touched.user_id and kept.hour_at = touched.hour_at
      and kept.opens_0 <= 0 and kept.opens_1 <= 0 and kept.opens_2 <= 0 and kept.opens_3 <= 0;
  end if;
end $$;

create function app_private.change_totals(added tracking_rollup_days[], gone tracking_rollup_days[]) returns void
  language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into tracking_rollup_totals as kept
  select organization_id, day, user_id, coalesce(sum(opens) filter (where campaign_id is null), 0),
    coalesce(sum(uniques) filter (where campaign_id is null), 0),
    coalesce(sum(events) filter (where verdict = 'human'), 0),
    coalesce(sum(events) filter (where verdict = 'proxy_open'), 0),
    coalesce(sum(events) filter (where verdict = 'prefetch'), 0),
    coalesce(sum(events) filter (where verdict = 'scanner'), 0),
    coalesce(sum(events) filter (where verdict = 'bot'), 0),
    coalesce(sum(events) filter (where verdict = 'unknown'), 0),
    coalesce(sum(events) filter (where verdict = 'self'), 0),
    coalesce(sum(events) filter (where verdict = 'test'), 0)
  from (
    select organization_id, day, user_id, campaign_id, verdict, sign * events as events, sign * opens as opens, sign * uniques as uniques
    from (select 1 as sign, a.* from unnest(added) a union all select -1, g.* from unnest(gone) g) c
  ) change
  group by organization_id, day, user_id having bool_or(events <> 0 or opens <> 0 or uniques <> 0)
  order by organization_id, day, user_id
  on conflict (organization_id, day, user_id) do update set opens = kept.opens + excluded.opens, uniques = kept.uniques + excluded.uniques,
    human = kept.human + excluded.human,
    proxy_open = kept.proxy_open + excluded.proxy_open,
    prefetch = kept.prefetch + excluded.prefetch,
    scanner = kept.scanner + excluded.scanner,
    bot = kept.bot + excluded.bot,
    unknown = kept.unknown + excluded.unknown,
    self = kept.self + excluded.self,
    test = kept.test + excluded.test;
  insert into tracking_rollup_campaigns as kept (organization_id, campaign_id, day, verdict, device, events, opens, uniques)
  select organization_id, campaign_id, day, verdict, device, sum(sign * events), sum(sign * opens), sum(sign * uniques)
  from (select 1 as sign, a.* from unnest(added) a union all select -1, g.* from unnest(gone) g) c
  where campaign_id is not null
  group by organization_id, campaign_id, day, verdict, device
  having sum(sign * events) <> 0 or sum(sign * opens) <> 0 or sum(sign * uniques) <> 0
  order by organization_id, campaign_id, day, verdict, device
  on conflict (organization_id, campaign_id, day, verdict, device) do update
  set events = kept.events + excluded.events, opens = kept.opens + excluded.opens, uniques = kept.uniques + excluded.uniques;
  insert into tracking_rollup_campaign_members as kept (organization_id, campaign_id, user_id, events, opens)
  select organization_id, campaign_id, user_id, sum(sign * events), sum(sign * opens)
  from (select 1 as sign, a.* from unnest(added) a union all select -1, g.* from unnest(gone) g) c
  where campaign_id is not null
  group by organization_id, campaign_id, user_id having sum(sign * events) <> 0 or sum(sign * opens) <> 0
  order by organization_id, campaign_id, user_id
  on conflict (organization_id, campaign_id, user_id) do update
  set events = kept.events + excluded.events, opens = kept.opens + excluded.opens;
  if cardinality(gone) > 0 then
    delete from tracking_rollup_totals kept
    using (select distinct g.organization_id, g.day, g.user_id from unnest(gone) g) touched
    where kept.organization_id = touched.organization_id and kept.day = touched.day and kept.user_id = touched.user_id
      and kept.opens <= 0 and kept.human + kept.proxy_open + kept.prefetch + kept.scanner + kept.bot + kept.unknown + kept.self + kept.test <= 0;
    delete from tracking_rollup_campaigns kept
    using (select distinct g.organization_id, g.campaign_id, g.day, g.verdict, g.device from unnest(gone) g where g.campaign_id is not null) touched
    where kept.organization_id = touched.organization_id and kept.campaign_id = touched.campaign_id and kept.day = touched.day
      and kept.verdict = touched.verdict and kept.device = touched.device and kept.events <= 0;
    delete from tracking_rollup_campaign_members kept
    using (select distinct g.organization_id, g.campaign_id, g.user_id from unnest(gone) g where g.campaign_id is not null) touched
    where kept.organization_id = touched.organization_id and kept.campaign_id = touched.campaign_id and kept.user_id = touched.user_id
      and kept.events <= 0;
  end if;
end $$;
revoke all on function app_private.change_hours(tracking_rollup_slots[], tracking_rollup_slots[]),
  app_private.change_totals(tracking_rollup_days[], tracking_rollup_days[]) from public;
grant execute on function app_private.change_hours(tracking_rollup_slots[], tracking_rollup_slots[]),
  app_private.change_totals(tracking_rollup_days[], tracking_rollup_days[]) to mailtracker_app, mailtracker_system;

create function app_private.keep_hours() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
  added tracking_rollup_slots[] := '{}';
  gone tracking_rollup_slots[] := '{}';
begin
  if tg_op <> 'DELETE' then
    added := array(select row(n.*)::tracking_rollup_slots from new_rows n where n.campaign_id is null);
  end if;
  if tg_op <> 'INSERT' then
    gone := array(select row(o.*)::tracking_rollup_slots from old_rows o where o.campaign_id is null);
  end if;
  perform app_private.change_hours(added, gone);
  return null;
end $$;

create function app_private.keep_totals() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
  added tracking_rollup_days[] := '{}';
  gone tracking_rollup_days[] := '{}';
begin
  if tg_op <> 'DELETE' then
    added := array(select row(n.*)::tracking_rollup_days from new_rows n);
  end if;
  if tg_op <> 'INSERT' then
    gone := array(select row(o.*)::tracking_rollup_days from old_rows o);
  end if;
  perform app_private.change_totals(added, gone);
  return null;
end $$;
revoke all on function app_private.keep_hours(), app_private.keep_totals() from public;

create trigger keep_hours_added after insert on tracking_rollup_slots
  referencing new table as new_rows for each statement execute function app_private.keep_hours();
create trigger keep_hours_changed after update on tracking_rollup_slots
  referencing new table as new_rows old table as old_rows for each statement execute function app_private.keep_hours();
create trigger keep_hours_gone after delete on tracking_rollup_slots
  referencing old table as old_rows for each statement execute function app_private.keep_hours();
create trigger keep_totals_added after insert on tracking_rollup_days
  referencing new table as new_rows for each statement execute function app_private.keep_totals();
create trigger keep_totals_changed after update on tracking_rollup_days
  referencing new table as new_rows old table as old_rows for each statement execute function app_private.keep_totals();
create trigger keep_totals_gone after delete on tracking_rollup_days
  referencing old table as old_rows for each statement execute function app_private.keep_totals();

-- What is there already, member by member. As the system role: an owner who is no superuser sees no row of a tenant.
set local role mailtracker_system;
do $$
declare
  member record;
begin
  for member in select distinct organization_id, user_id from tracking_rollup_slots loop
    perform app_private.change_hours(array(select row(s.*)::tracking_rollup_slots from tracking_rollup_slots s
      where s.organization_id = member.organization_id and s.user_id = member.user_id and s.campaign_id is null), '{}');
  end loop;
  for member in select distinct organization_id, user_id from tracking_rollup_days loop
    perform app_private.change_totals(array(select row(d.*)::tracking_rollup_days from tracking_rollup_days d
      where d.organization_id = member.organization_id and d.user_id = member.user_id), '{}');
  end loop;
end $$;
reset role;

-- The local days of an organization, counted anew from its slots under another time zone. `starts` holds the first
-- instant of each of `days`, which follow each other, and the end of the last. Earlier days stay as they were.
create function app_private.rebuild_days(of_organization uuid, days date[], starts timestamptz[]) returns void
  language plpgsql set search_path = pg_catalog, public as $$
begin
  delete from tracking_rollup_days d where d.organization_id = of_organization and d.day >= days[1];
  insert into tracking_rollup_days (organization_id, user_id, campaign_id, day, verdict, device, events, opens, uniques)
  select s.organization_id, s.user_id, s.campaign_id, days[width_bucket(s.slot_at, starts)], s.verdict, s.device,
    sum(s.events), sum(s.opens), sum(s.uniques)
  from tracking_rollup_slots s
  where s.organization_id = of_organization and s.slot_at >= starts[1] and s.slot_at < starts[cardinality(starts)]
  group by 1, 2, 3, 4, 5, 6;
end $$;
revoke all on function app_private.rebuild_days(uuid, date[], timestamptz[]) from public;
grant execute on function app_private.rebuild_days(uuid, date[], timestamptz[]) to mailtracker_app, mailtracker_system;

-- Drops the weeks of opens that ended before `keep_from`: the files go at once and leave no holes.
create function app_private.drop_events_before(keep_from timestamptz) returns integer
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  partition_name text;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('mailtracker.partitions'));
  for partition_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.signature_tracking_events'::regclass
      and c.relname <= 'signature_tracking_events_' || to_char((keep_from at time zone 'UTC')::date - 7, 'YYYYMMDD')
    order by c.relname
  loop
    execute format('drop table public.%I', partition_name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
revoke all on function app_private.drop_events_before(timestamptz) from public;
grant execute on function app_private.drop_events_before(timestamptz) to mailtracker_system;
