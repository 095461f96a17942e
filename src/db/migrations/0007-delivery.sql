-- Delivery: where to, what is owed to whom, and every try of it.

create table destinations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  type text not null check (type in ('webhook', 'slack', 'discord', 'hubspot', 'pipedrive')),
  name text not null,
  -- What people may see of the address.
  label text not null,
  -- AES-256-GCM, bound to the id: {"url", "token", "secret", "previous", "previousUntil"}.
  credentials_sealed bytea not null,
  events text[] not null default array['event_created', 'signal_raised'] check (events <@ array['event_created', 'signal_raised'] and events <> '{}'),
  -- Of signals; null: all of them.
  minimum_level text check (minimum_level in ('warm', 'hot')),
  -- Null: all of them, and opens of user pixels too.
  campaign_ids uuid[],
  state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
  disabled_reason text check (disabled_reason in ('gone', 'revoked', 'misconfigured', 'failing')),
  check ((state = 'disabled') = (disabled_reason is not null)),
  changed_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (organization_id, id),
  unique (organization_id, name)
);

-- Written by process in the transaction of what it tells of, and only where a destination wants it; taken out by
-- deliver. `withdrawn` takes back what the same subject owed.
create table delivery_outbox (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid,
  campaign_id uuid,
  type text not null check (type in ('event_created', 'signal_raised', 'withdrawn')),
  -- "event:<id>" or "signal:<id>".
  subject text not null,
  level text check (level in ('warm', 'hot')),
  -- The member asked for quiet: no chat is told, while machines are.
  is_held boolean not null default false,
  at timestamptz not null,
  payload jsonb not null default '{}'::jsonb
);

create table deliveries (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  destination_id uuid not null,
  user_id uuid,
  campaign_id uuid,
  type text not null check (type in ('event_created', 'signal_raised', 'test')),
  subject text not null,
  level text check (level in ('warm', 'hot')),
  at timestamptz not null,
  payload jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up', 'cancelled')),
  -- Why it is given up or cancelled, or what the last try failed with.
  reason text,
  -- Tries since it was owed, or since the last replay: the place in the schedule.
  tries integer not null default 0 check (tries >= 0),
  next_try_at timestamptz not null,
  -- Somebody is trying it until then; past it the try is lost and anybody may try again, with the same id.
  leased_until timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  check ((state = 'waiting') = (finished_at is null)),
  unique (organization_id, id),
  unique (destination_id, subject),
  foreign key (organization_id, destination_id) references destinations (organization_id, id) on delete cascade,
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade,
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade
);
create index deliveries_waiting_idx on deliveries (destination_id, next_try_at) where state = 'waiting';
create index deliveries_leased_idx on deliveries (destination_id) where leased_until is not null;
create index deliveries_list_idx on deliveries (destination_id, created_at desc, id desc);
create index deliveries_created_idx on deliveries using brin (created_at);
create index deliveries_member_idx on deliveries (user_id) where user_id is not null;
create index deliveries_campaign_idx on deliveries (campaign_id) where campaign_id is not null;

create table delivery_attempts (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations on delete cascade,
  delivery_id uuid not null,
  attempted_at timestamptz not null,
  duration_ms integer not null,
  outcome text not null check (outcome in ('delivered', 'retry', 'give_up')),
  -- Null: there was no answer.
  status integer,
  reason text,
  -- The first 2 kB, redacted.
  answer text not null,
  foreign key (organization_id, delivery_id) references deliveries (organization_id, id) on delete cascade
);
create index delivery_attempts_delivery_idx on delivery_attempts (delivery_id, id);

-- How each destination is doing, over all processes. Its row is locked while tries are handed out.
create table destination_lanes (
  destination_id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  -- Told to wait, or overloaded.
  ready_at timestamptz not null default timestamptz '1970-01-01 00:00:00+00',
  -- A bucket refilled at the pace of its kind.
  tokens double precision not null default 0,
  tokens_at timestamptz not null default timestamptz '1970-01-01 00:00:00+00',
  served_at timestamptz not null default timestamptz '1970-01-01 00:00:00+00',
  -- Of the failures since the last success.
  first_failure_at timestamptz,
  last_success_at timestamptz,
  foreign key (organization_id, destination_id) references destinations (organization_id, id) on delete cascade
);

-- What a destination remembers of a campaign and its deal, such as the note it writes on.
create table destination_memories (
  destination_id uuid not null,
  organization_id uuid not null references organizations on delete cascade,
  campaign_id uuid not null,
  -- The deal's ids: another deal is another note.
  deal text not null,
  memory jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (destination_id, campaign_id, deal),
  foreign key (organization_id, destination_id) references destinations (organization_id, id) on delete cascade,
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade
);

-- What is left of a vendor's allowance.
create table destination_budgets (
  destination_id uuid not null,
  organization_id uuid not null references organizations on delete cascade,
  name text not null,
  tokens_left integer not null,
  renewed_at timestamptz not null,
  primary key (destination_id, name),
  foreign key (organization_id, destination_id) references destinations (organization_id, id) on delete cascade
);

select app_private.isolate_tenant(t) from unnest(array[
  'destinations', 'delivery_outbox', 'deliveries', 'delivery_attempts', 'destination_lanes', 'destination_memories',
  'destination_budgets'
]::regclass[]) t;
grant usage on sequence delivery_outbox_id_seq, delivery_attempts_id_seq to mailtracker_system;
