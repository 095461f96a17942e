-- Signals, what became of them, and what each member wants to hear.

-- Written by process, in the transaction of the events a signal rests on. Names no reader: no visitor, no hash, no
-- event. Without foreign keys, as events are: a raised signal must not wait for a member that is being erased.
create table signals (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  user_id uuid not null,
  campaign_id uuid,
  -- A user pixel's or a campaign pixel's row: what cooldowns count by.
  pixel_id uuid not null,
  rule text not null check (rule in ('hot', 'back_on_mobile', 'revived', 'spreading', 'unusual')),
  level text not null check (level in ('warm', 'hot')),
  confidence text not null check (confidence in ('certain', 'probable', 'low')),
  title text not null,
  -- [{"code": text, numbers…}], domain/signal-reason.ts.
  reasons jsonb not null,
  device text check (device in ('desktop', 'mobile', 'tablet')),
  raised_at timestamptz not null,
  fades_at timestamptz not null check (fades_at >= raised_at),
  -- Why nobody was told at once: 'quiet_hours' and 'minimum_level' wait for the member's digest.
  silenced_for text check (silenced_for in ('quiet_hours', 'minimum_level', 'muted', 'faded')),
  -- When it was stored, which for a late hit is long after raised_at.
  created_at timestamptz not null,
  -- What it rested on turned out not to hold. It is shown to nobody.
  withdrawn_at timestamptz,
  unique (organization_id, id)
);
create unique index signals_subject_idx on signals (pixel_id, rule, raised_at) where withdrawn_at is null;
create index signals_organization_idx on signals (organization_id, raised_at desc, id desc);
create index signals_member_idx on signals (organization_id, user_id, raised_at desc, id desc);

-- The rest is written by signals/.

create table signal_outcomes (
  organization_id uuid not null references organizations on delete cascade,
  signal_id uuid primary key,
  -- Who said so.
  user_id uuid not null,
  outcome text not null check (outcome in ('reached', 'no_answer', 'noise')),
  at timestamptz not null,
  foreign key (organization_id, signal_id) references signals (organization_id, id) on delete cascade,
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
create index signal_outcomes_organization_idx on signal_outcomes (organization_id, at);

-- What an admin changed; a rule or number that is not here has the default of domain/signal-rules.ts.
create table signal_rule_settings (
  organization_id uuid primary key references organizations on delete cascade,
  rules jsonb not null,
  updated_at timestamptz not null default now()
);

-- A member wants no signals of a campaign, or of a rule.
create table signal_mutes (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  campaign_id uuid,
  rule text check (rule in ('hot', 'back_on_mobile', 'revived', 'spreading', 'unusual')),
  created_at timestamptz not null,
  check ((campaign_id is null) <> (rule is null)),
  unique nulls not distinct (organization_id, user_id, campaign_id, rule),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade,
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade
);

-- When and how a member wants to hear of signals. No row: at once, every level, no digest by mail.
create table member_attention (
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid primary key,
  -- Local clock time "22:00"; both or neither. From later than to: over midnight.
  quiet_from text check (quiet_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  quiet_to text check (quiet_to ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  minimum_level text not null default 'warm' check (minimum_level in ('warm', 'hot')),
  -- Local clock time at which the day's digest is made; null: none.
  digest_at text check (digest_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  updated_at timestamptz not null,
  check ((quiet_from is null) = (quiet_to is null)),
  check (quiet_from <> quiet_to),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);

-- One row a member and local day: whoever enters it makes that day's digest, so none is made twice.
create table signal_digests (
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  -- The member's local day.
  day date not null,
  -- It tells of what was held from since_at on, until before until_at.
  since_at timestamptz not null,
  until_at timestamptz not null check (until_at >= since_at),
  signals integer not null,
  -- 'none': nothing to tell, or no mail server.
  mail text not null check (mail in ('none', 'sending', 'sent', 'failed')),
  primary key (user_id, day),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
create index signal_digests_organization_idx on signal_digests (organization_id, day);

select app_private.isolate_tenant(t) from unnest(array[
  'signals', 'signal_outcomes', 'signal_rule_settings', 'signal_mutes', 'member_attention', 'signal_digests'
]::regclass[]) t;
revoke insert, update on signals from mailtracker_app;

-- As before (0005), and the campaign's signals.
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
  delete from signature_campaigns c where c.organization_id = of_organization and c.id = campaign;
  return next;
end $$;
