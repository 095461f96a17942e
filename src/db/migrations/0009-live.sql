-- What open screens are told (live/): per organization a log in the order of commits, kept for hours. No personal data:
-- who, what and when as ids; the reader joins what is true now. docs/decisions/0010-live-streams.md.

-- Where an organization's log stands. The row's lock, taken last in a transaction and held to its commit, makes the
-- order of ids the order of commits: who has read up to an id has missed nothing before it. No foreign keys here: they
-- would lock the organization's row, behind which an erasure waits for the batch under way.
create table live_positions (
  organization_id uuid primary key,
  last_id bigint not null,
  -- From this id on nothing is missing: before it nobody watched, so nothing was written.
  complete_from bigint not null default 0,
  watched_until timestamptz not null default '-infinity'
) with (fillfactor = 50);

create table live_events (
  organization_id uuid not null,
  id bigint not null,
  user_id uuid not null,
  kind text not null check (kind in ('open', 'signal')),
  -- The event's or the signal's id: it is new, has changed, or is gone.
  subject text not null,
  -- The open's hit_at, which finds its partition.
  subject_at timestamptz,
  at timestamptz not null default clock_timestamp(),
  primary key (organization_id, id)
);
create index live_events_at_idx on live_events (at);

select app_private.isolate_tenant(t) from unnest(array['live_positions', 'live_events']::regclass[]) t;

-- Appends to the logs of the organizations that are being watched and wakes their readers with "<organization> <id>".
-- For the others it only locks the position, so that whoever begins to watch waits for the batches under way and no
-- open falls between. Must be the last statement of a transaction that changes anything: nothing may be locked after.
create function app_private.append_live(organizations uuid[], users uuid[], kinds text[], subjects text[], ats float8[])
  returns void language sql set search_path = pg_catalog, public as $$
  with entry as materialized (
    select *, row_number() over (partition by organization_id order by n) as nth,
      count(*) over (partition by organization_id) as total
    from unnest(organizations, users, kinds, subjects, ats)
      with ordinality as input (organization_id, user_id, kind, subject, at, n)
  ), place as materialized (
    insert into live_positions as place (organization_id, last_id)
    select distinct organization_id, total from entry order by organization_id
    on conflict (organization_id) do update set last_id = place.last_id + excluded.last_id
      where place.watched_until > clock_timestamp()
    returning place.organization_id, place.last_id, place.watched_until
  ), written as (
    insert into live_events (organization_id, id, user_id, kind, subject, subject_at)
    select organization_id, place.last_id - entry.total + entry.nth, user_id, kind, subject, to_timestamp(at / 1000)
    from entry join place using (organization_id) where place.watched_until > '-infinity'
  )
  select pg_notify('mailtracker_live', organization_id || ' ' || last_id) from place where watched_until > '-infinity'
$$;

-- Keeps an organization's log being written for `kept` from now. Where it was not, what came meanwhile is missing:
-- ids up to the new position can no longer be resumed from. Waits for the batches under way.
create function app_private.watch_live(organization uuid, kept interval)
  returns table (stands_at bigint, whole_from bigint) language sql set search_path = pg_catalog, public as $$
  insert into live_positions as place (organization_id, last_id, complete_from, watched_until)
  values (organization, 1, 1, clock_timestamp() + kept)
  on conflict (organization_id) do update set
    last_id = case when place.watched_until > clock_timestamp() then place.last_id else place.last_id + 1 end,
    complete_from = case when place.watched_until > clock_timestamp() then place.complete_from else place.last_id + 1 end,
    watched_until = greatest(place.watched_until, clock_timestamp() + kept)
  returning place.last_id, place.complete_from
$$;
revoke all on function app_private.append_live(uuid[], uuid[], text[], text[], float8[]) from public;
revoke all on function app_private.watch_live(uuid, interval) from public;
grant execute on function app_private.append_live(uuid[], uuid[], text[], text[], float8[]) to mailtracker_app, mailtracker_system;
grant execute on function app_private.watch_live(uuid, interval) to mailtracker_app, mailtracker_system;
