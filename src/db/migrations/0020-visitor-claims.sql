-- That a visitor was in a window (a member's day, a campaign's hour, an organization's day) is a row whose key is all
-- that is ever asked: 16 bytes in the place of six columns. It costs half, and every first open makes one or two.
create table visitor_claims (
  key_day date not null,
  -- The visitor's hash xor the window's (src/process/visitor-claims.ts).
  claim bytea not null check (octet_length(claim) = 16),
  organization_id uuid not null,
  -- The member, the campaign or the organization, so that they can be erased.
  scope_id uuid not null,
  primary key (key_day, claim)
) partition by range (key_day);
select app_private.isolate_tenant('visitor_claims');

create or replace function app_private.ensure_partitions(first_at timestamptz, last_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  week date := date_trunc('week', first_at at time zone 'UTC')::date;
  key_day date := (first_at at time zone 'UTC')::date - 1;
begin
  if last_at - first_at > interval '800 days' then
    raise exception 'partitions for % days asked for, at most 800 are made at once', extract(day from last_at - first_at);
  end if;
  perform pg_advisory_xact_lock(hashtext('mailtracker.partitions'));
  -- Visitors first: a batch touches the tables in this order, and the other one deadlocks with it.
  while key_day <= (last_at at time zone 'UTC')::date loop
    execute format('create table if not exists public.visitor_seen_%s partition of public.visitor_seen for values from (%L) to (%L)',
      to_char(key_day, 'YYYYMMDD'), key_day, key_day + 1);
    execute format('create table if not exists public.visitor_claims_%s partition of public.visitor_claims for values from (%L) to (%L)',
      to_char(key_day, 'YYYYMMDD'), key_day, key_day + 1);
    key_day := key_day + 1;
  end loop;
  while week <= (last_at at time zone 'UTC')::date loop
    execute format('create table if not exists public.signature_tracking_events_%s partition of public.signature_tracking_events for values from (%L) to (%L)',
      to_char(week, 'YYYYMMDD'), week::timestamp at time zone 'UTC', (week + 7)::timestamp at time zone 'UTC');
    week := week + 7;
  end loop;
end $$;

-- Forgets the visitors of every UTC day before `keep_from`: the partitions' files go. Answers how many days.
create or replace function app_private.drop_visitors_before(keep_from date) returns integer
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  forgotten date;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('mailtracker.partitions'));
  for forgotten in
    select right(c.relname, 8)::date from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.visitor_seen'::regclass and c.relname < 'visitor_seen_' || to_char(keep_from, 'YYYYMMDD')
  loop
    execute format('drop table public.%I', 'visitor_seen_' || to_char(forgotten, 'YYYYMMDD'));
    execute format('drop table if exists public.%I', 'visitor_claims_' || to_char(forgotten, 'YYYYMMDD'));
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

-- What is kept already: the partitions of today and yesterday are there, those of the days to come too.
do $$
declare
  partition_name text;
begin
  for partition_name in
    select right(c.relname, 8) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.visitor_seen'::regclass
  loop
    execute format('create table public.visitor_claims_%s partition of public.visitor_claims for values from (%L) to (%L)',
      partition_name, partition_name::date, partition_name::date + 1);
  end loop;
end $$;
insert into visitor_claims (key_day, claim, organization_id, scope_id)
select key_day, decode(lpad(to_hex(substring(bits for 64)::bit(64)::bigint), 16, '0') || lpad(to_hex(substring(bits from 65)::bit(64)::bigint), 16, '0'), 'hex'),
  organization_id, scope_id
from (
  select v.*, ('x' || encode(visitor, 'hex'))::bit(128) # ('x' || encode(substring(
    sha256(convert_to(kind || '|' || scope_id || '|' || (extract(epoch from window_at) * 1000)::bigint, 'UTF8')) for 16), 'hex'))::bit(128) as bits
  from visitor_seen v where kind in ('day', 'hour', 'reader')
) seen
on conflict do nothing;

-- As before (0006), and the campaign's claims.
create or replace function app_private.delete_campaign(of_organization uuid, campaign uuid) returns table (opens bigint, pixels bigint)
  language plpgsql set search_path = pg_catalog, public as $$
begin
  if not exists (select from signature_campaigns c where c.organization_id = of_organization and c.id = campaign) then
    return;
  end if;
  perform from signature_tracking_pixels p where p.organization_id = of_organization and p.campaign_id = campaign
    order by p.id for update;
  select count(*) into pixels from signature_tracking_pixels p where p.organization_id = of_organization and p.campaign_id = campaign;
  delete from signature_tracking_events e where e.organization_id = of_organization and e.campaign_id = campaign;
  get diagnostics opens = row_count;
  delete from tracking_rollup_slots r where r.organization_id = of_organization and r.campaign_id = campaign;
  delete from tracking_rollup_days r where r.organization_id = of_organization and r.campaign_id = campaign;
  delete from tracking_drop_slots d where d.organization_id = of_organization and d.campaign_id = campaign;
  delete from signals s where s.organization_id = of_organization and s.campaign_id = campaign;
  delete from visitor_seen v where v.organization_id = of_organization and (v.scope_id = campaign or v.scope_id in
    (select p.id from signature_tracking_pixels p where p.organization_id = of_organization and p.campaign_id = campaign));
  delete from visitor_claims v where v.organization_id = of_organization and v.scope_id = campaign;
  delete from signature_campaigns c where c.organization_id = of_organization and c.id = campaign;
  return next;
end $$;
