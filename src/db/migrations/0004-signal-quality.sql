-- Own devices, scanner bursts, judging history again, the feed of one member's opens.

-- Devices on which a member was signed in, by what they were hashed to under a day's key (visitors/): no address, no
-- agent, no person. Rows go when their key does.
create table own_devices (
  -- UTC day of the key.
  key_day date not null,
  organization_id uuid not null references organizations on delete cascade,
  network bytea not null check (octet_length(network) = 16),
  device bytea not null check (octet_length(device) = 16),
  primary key (organization_id, key_day, network, device)
);

-- `burst`: an open from a network that scanners use, until its day's key is gone; scope = pixel. It has no event when
-- it was refused as part of a burst.
alter table visitor_seen drop constraint visitor_seen_kind_check,
  add constraint visitor_seen_kind_check check (kind in ('day', 'hour', 'load', 'burst'));
create index visitor_seen_burst_idx on visitor_seen (key_day, organization_id, visitor, window_at) where kind = 'burst';

-- The newest opens of one member.
create index signature_tracking_events_user_idx on signature_tracking_events (user_id, hit_at, id);

-- What `reclassify` changed: per run, per organization and judgement, and per event its judgement before.
create table reclassification_runs (
  id integer generated always as identity primary key,
  rules_version smallint not null,
  since timestamptz,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
grant select, insert, update on reclassification_runs to mailtracker_system;

create table reclassifications (
  run_id integer not null references reclassification_runs on delete cascade,
  organization_id uuid not null references organizations on delete cascade,
  old_judgement_id integer not null references judgements,
  new_judgement_id integer not null references judgements,
  events integer not null,
  primary key (run_id, organization_id, old_judgement_id, new_judgement_id)
);
create index reclassifications_organization_idx on reclassifications (organization_id);

-- Goes with its event, at the end of the organization's retention.
create table reclassified_events (
  organization_id uuid not null references organizations on delete cascade,
  hit_at timestamptz not null,
  event_id bigint not null,
  run_id integer not null references reclassification_runs on delete cascade,
  old_judgement_id integer not null references judgements,
  primary key (organization_id, hit_at, event_id, run_id)
);

grant usage on all sequences in schema public to mailtracker_system;
select app_private.isolate_tenant(t) from unnest(array[
  'own_devices', 'reclassifications', 'reclassified_events'
]::regclass[]) t;
