-- The founding tables. Every table with an organization_id is under forced row-level security: the application role
-- sees one organization at a time, the system role (process, jobs, sign-in) sees all, the owner only migrates.
-- Roles mailtracker_app and mailtracker_system exist before this runs (db/roles.ts).

create schema app_private;
grant usage on schema app_private, public to mailtracker_app, mailtracker_system;

create function app_private.current_organization() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.organization_id', true), '')::uuid $$;

-- Puts one tenant table under row-level security; every later migration calls it for each table it adds.
create function app_private.isolate_tenant(tenant_table regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format('create policy tenant on %s to mailtracker_app using (organization_id = app_private.current_organization()) with check (organization_id = app_private.current_organization())', tenant_table);
  execute format('create policy system on %s to mailtracker_system using (true) with check (true)', tenant_table);
  execute format('grant select, insert, update, delete on %s to mailtracker_app, mailtracker_system', tenant_table);
end $$;
revoke all on function app_private.isolate_tenant(regclass) from public;

-- People and sign-in (accounts/). Not tenant tables: one person may belong to several organizations.

create table users (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text not null unique,
  logo text,
  metadata text,
  plan text not null default 'team',
  seats integer not null default 0 check (seats >= 0),
  opens_per_minute integer not null default 0 check (opens_per_minute >= 0),
  created_at timestamptz not null default now()
);
comment on column organizations.seats is '0 = unlimited';
comment on column organizations.opens_per_minute is '0 = unlimited';

create table departments (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  name text not null,
  unique (organization_id, name),
  unique (organization_id, id)
);

create table sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text check (ip_address is null),
  user_agent text,
  -- Deferred: at sign-up the session row comes before the organization's.
  active_organization_id uuid references organizations on delete set null deferrable initially deferred,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_user_id_idx on sessions (user_id);

create table accounts (
  id uuid primary key default gen_random_uuid(),
  account_id text not null,
  provider_id text not null,
  user_id uuid not null references users on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, account_id)
);
create index accounts_user_id_idx on accounts (user_id);

create table verifications (
  id uuid primary key default gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_identifier_idx on verifications (identifier);

create table user_two_factors (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean default true,
  failed_verification_count integer default 0,
  locked_until timestamptz
);
create index user_two_factors_user_id_idx on user_two_factors (user_id);

-- A member: what userId means in every other table.
create table organization_users (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null default 'member' check (role in ('owner', 'admin', 'member')),
  name text,
  department_id uuid,
  title text,
  phone text,
  timezone text,
  deactivated_at timestamptz,
  created_at timestamptz not null default now(),
  unique (organization_id, user_id),
  unique (organization_id, id),
  foreign key (organization_id, department_id) references departments (organization_id, id) on delete set null (department_id)
);
create index organization_users_user_id_idx on organization_users (user_id);

create table organization_invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  email text not null,
  role text,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'rejected', 'canceled')),
  inviter_id uuid not null references users on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create unique index organization_invitations_pending_idx on organization_invitations (organization_id, email) where status = 'pending';

create table organization_settings (
  organization_id uuid primary key references organizations on delete cascade,
  tracking_settings jsonb not null default '{"user_tracking_enabled": true, "campaign_tracking_enabled": true, "retention_days": 90, "show_user_dashboard": true, "exclude_bots": true, "mode": "signals", "exclude_own_opens": true, "collect_region": false, "k_anonymity": 5, "timezone": "UTC"}'::jsonb,
  updated_at timestamptz not null default now()
);

-- Pixels. A token is looked up by its hash; the sealed copy (AES-256-GCM, key from APP_SECRET) renders signatures.
-- A retired token keeps answering; its opens are marked as coming from an old signature.

create table signature_user_tracking (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  pixel_token_hash bytea not null unique check (octet_length(pixel_token_hash) = 32),
  pixel_token_sealed bytea not null,
  is_active boolean not null default true,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  check (is_active = (retired_at is null)),
  unique (organization_id, id),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
create unique index signature_user_tracking_active_idx on signature_user_tracking (user_id) where is_active;
create index signature_user_tracking_organization_idx on signature_user_tracking (organization_id);

create table signature_campaigns (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  name text not null,
  description text,
  -- The member who owns a deal campaign, or who made the campaign.
  owner_id uuid not null,
  status text not null default 'draft' check (status in ('draft', 'scheduled', 'active', 'paused', 'completed', 'cancelled')),
  audience jsonb not null default '{"everyone": true}'::jsonb,
  -- Present for a deal campaign: {"hubspotDealId"?: text, "pipedriveDealId"?: text}.
  deal jsonb,
  starts_at timestamptz,
  ends_at timestamptz,
  timezone text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  foreign key (organization_id, owner_id) references organization_users (organization_id, id) on delete cascade
);

-- A campaign's status as of any instant: a hit that arrives late is judged by the status of its own time.
create table signature_campaign_statuses (
  organization_id uuid not null references organizations on delete cascade,
  campaign_id uuid not null,
  status text not null check (status in ('draft', 'scheduled', 'active', 'paused', 'completed', 'cancelled')),
  began_at timestamptz not null,
  ended_at timestamptz check (ended_at >= began_at),
  primary key (campaign_id, began_at),
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade
);
create unique index signature_campaign_statuses_open_idx on signature_campaign_statuses (campaign_id) where ended_at is null;

create table signature_campaign_variants (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  campaign_id uuid not null,
  label text not null,
  position smallint not null,
  unique (organization_id, id),
  unique (campaign_id, position),
  unique (campaign_id, label),
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade
);

create table signature_tracking_pixels (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  campaign_id uuid not null,
  user_id uuid not null,
  variant_id uuid,
  pixel_token_hash bytea not null unique check (octet_length(pixel_token_hash) = 32),
  pixel_token_sealed bytea not null,
  is_active boolean not null default true,
  retired_at timestamptz,
  -- The first Gmail open of the pixel: mail was delivered by then (product.md section 4).
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  check (is_active = (retired_at is null)),
  unique (organization_id, id),
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade,
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade,
  foreign key (organization_id, variant_id) references signature_campaign_variants (organization_id, id) on delete cascade
);
create unique index signature_tracking_pixels_active_idx on signature_tracking_pixels (campaign_id, user_id, variant_id) nulls not distinct where is_active;
create index signature_tracking_pixels_member_idx on signature_tracking_pixels (organization_id, user_id);

-- The judgements that occur, each once: an event points at one instead of repeating eight columns (coarse features
-- only, nothing of a reader). Re-judging history means re-judging these rows.
create table judgements (
  id integer generated always as identity primary key,
  verdict text not null check (verdict in ('human', 'proxy_open', 'prefetch', 'scanner', 'bot', 'unknown', 'self', 'test')),
  confidence text not null check (confidence in ('certain', 'probable', 'low')),
  reason text not null,
  rules_version smallint not null,
  device text not null check (device in ('desktop', 'mobile', 'tablet', 'unknown')),
  client_family text not null,
  network_class text not null,
  hints text not null,
  unique (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
);
grant select on judgements to mailtracker_app;
grant select, insert on judgements to mailtracker_system;

-- Opens. No hash of a reader, no address, no agent. Partitions of one UTC week are made by app_private.ensure_partitions.
create table signature_tracking_events (
  hit_at timestamptz not null,
  id bigint generated always as identity,
  organization_id uuid not null,
  user_id uuid not null,
  user_tracking_id uuid,
  pixel_id uuid,
  campaign_id uuid,
  judgement_id integer not null references judgements,
  load_count smallint not null default 1 check (load_count > 0),
  -- False: recorded and shown, but no part of `opens`.
  is_counted boolean not null,
  is_unique boolean not null,
  is_bot boolean not null,
  is_proxy boolean not null,
  is_old_signature boolean not null default false,
  tracking_type text not null check (tracking_type in ('user', 'campaign')),
  verdict text not null check (verdict in ('human', 'proxy_open', 'prefetch', 'scanner', 'bot', 'unknown', 'self', 'test')),
  country text check (country ~ '^[A-Z]{2}$'),
  primary key (id, hit_at),
  constraint tracking_source_required check (
    (tracking_type = 'campaign' and pixel_id is not null and campaign_id is not null and user_tracking_id is null) or
    (tracking_type = 'user' and user_tracking_id is not null and pixel_id is null and campaign_id is null)
  )
) partition by range (hit_at);
create index signature_tracking_events_organization_idx on signature_tracking_events (organization_id, hit_at);
create index signature_tracking_events_campaign_idx on signature_tracking_events (campaign_id, hit_at) where campaign_id is not null;

-- Rollups, written in the events' transaction. Slots of 15 UTC minutes serve every time zone; days are the
-- organization's local days and outlive the events' retention.
create table tracking_rollup_slots (
  organization_id uuid not null,
  user_id uuid not null,
  campaign_id uuid,
  slot_at timestamptz not null,
  verdict text not null,
  device text not null,
  events integer not null,
  opens integer not null,
  uniques integer not null,
  unique nulls not distinct (organization_id, user_id, campaign_id, slot_at, verdict, device)
);
create index tracking_rollup_slots_campaign_idx on tracking_rollup_slots (organization_id, campaign_id, slot_at) where campaign_id is not null;
create index tracking_rollup_slots_organization_idx on tracking_rollup_slots (organization_id, slot_at);

create table tracking_rollup_days (
  organization_id uuid not null,
  user_id uuid not null,
  campaign_id uuid,
  day date not null,
  verdict text not null,
  device text not null,
  events integer not null,
  opens integer not null,
  uniques integer not null,
  unique nulls not distinct (organization_id, user_id, campaign_id, day, verdict, device)
);
create index tracking_rollup_days_campaign_idx on tracking_rollup_days (organization_id, campaign_id, day) where campaign_id is not null;
create index tracking_rollup_days_organization_idx on tracking_rollup_days (organization_id, day);

-- Hits of known pixels that became no event, per reason: bots refused, throttled, tracking off, campaign not active.
create table tracking_drop_slots (
  organization_id uuid not null,
  user_id uuid not null,
  campaign_id uuid,
  slot_at timestamptz not null,
  reason text not null,
  hits integer not null,
  unique nulls not distinct (organization_id, user_id, campaign_id, slot_at, reason)
);
create index tracking_drop_slots_organization_idx on tracking_drop_slots (organization_id, slot_at);

-- Hits that belong to no organization: unknown tokens and unreadable records.
create table unattributed_drops (
  day date not null,
  reason text not null,
  hits bigint not null,
  primary key (day, reason)
);
grant select, insert, update, delete on unattributed_drops to mailtracker_system;

-- One row per spool block whose effects are stored: a block handed over twice changes nothing.
create table processed_blocks (
  block_id bytea primary key check (octet_length(block_id) = 16),
  processed_at timestamptz not null default now()
);
create index processed_blocks_processed_at_idx on processed_blocks (processed_at);
grant select, insert, delete on processed_blocks to mailtracker_system;

-- Hits that could not be processed. No visitor hash and no agent: enough to count, to date and to find the fault.
create table dead_letters (
  id bigint generated always as identity primary key,
  block_id bytea not null,
  record_index integer not null,
  tracking_type text,
  token_hash bytea,
  hit_at timestamptz,
  error text not null,
  created_at timestamptz not null default now(),
  unique (block_id, record_index)
);
grant select, insert, delete on dead_letters to mailtracker_system;

-- Visitors (visitors/). Keys live two UTC days, what was hashed under them goes with its partition at 48 hours.
create table visitor_keys (
  day date primary key,
  key_sealed bytea not null,
  created_at timestamptz not null default now()
);
grant select, insert, update, delete on visitor_keys to mailtracker_system;

-- What a visitor was seen doing, to tell first from again. `kind`: 'day' and 'hour' hold uniqueness windows of a user
-- pixel's member and of a campaign; 'load' holds the first load of a fold (scope = pixel, visitor = visitor or family).
-- A hit enters under the keys of its day and of the day before, so that the midnight key change splits nobody.
create table visitor_seen (
  key_day date not null,
  organization_id uuid not null,
  kind text not null check (kind in ('day', 'hour', 'load')),
  scope_id uuid not null,
  window_at timestamptz not null,
  visitor bytea not null check (octet_length(visitor) = 16),
  event_id bigint,
  event_hit_at timestamptz,
  primary key (key_day, organization_id, kind, scope_id, visitor, window_at)
) partition by range (key_day);

select app_private.isolate_tenant(t) from unnest(array[
  'departments', 'organization_users', 'organization_invitations', 'organization_settings', 'signature_user_tracking',
  'signature_campaigns', 'signature_campaign_statuses', 'signature_campaign_variants', 'signature_tracking_pixels',
  'signature_tracking_events', 'tracking_rollup_slots', 'tracking_rollup_days', 'tracking_drop_slots', 'visitor_seen'
]::regclass[]) t;

-- organizations: the tenant itself. users: the people of the tenant, without anything of sign-in.
alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations to mailtracker_app using (id = app_private.current_organization()) with check (id = app_private.current_organization());
create policy system on organizations to mailtracker_system using (true) with check (true);
grant select, update on organizations to mailtracker_app;
grant select, insert, update, delete on organizations to mailtracker_system;

alter table users enable row level security;
alter table users force row level security;
create policy tenant on users for select to mailtracker_app using (exists (
  select from organization_users m where m.user_id = users.id and m.organization_id = app_private.current_organization()));
create policy system on users to mailtracker_system using (true) with check (true);
grant select (id, name, email, image) on users to mailtracker_app;
grant select, insert, update, delete on users, sessions, accounts, verifications, user_two_factors to mailtracker_system;
grant usage on all sequences in schema public to mailtracker_system;

-- Partitions are made and dropped here only: creating one needs ownership, which no running role has.
create function app_private.ensure_partitions(first_at timestamptz, last_at timestamptz) returns void
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
    key_day := key_day + 1;
  end loop;
  while week <= (last_at at time zone 'UTC')::date loop
    execute format('create table if not exists public.signature_tracking_events_%s partition of public.signature_tracking_events for values from (%L) to (%L)',
      to_char(week, 'YYYYMMDD'), week::timestamp at time zone 'UTC', (week + 7)::timestamp at time zone 'UTC');
    week := week + 7;
  end loop;
end $$;

-- Forgets the visitors of every UTC day before `keep_from`: the partition's file goes.
create function app_private.drop_visitors_before(keep_from date) returns integer
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  partition_name text;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('mailtracker.partitions'));
  for partition_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.visitor_seen'::regclass and c.relname < 'visitor_seen_' || to_char(keep_from, 'YYYYMMDD')
  loop
    execute format('drop table public.%I', partition_name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
revoke all on function app_private.ensure_partitions(timestamptz, timestamptz) from public;
revoke all on function app_private.drop_visitors_before(date) from public;
grant execute on function app_private.ensure_partitions(timestamptz, timestamptz) to mailtracker_system;
grant execute on function app_private.drop_visitors_before(date) to mailtracker_system;
