-- Signatures and campaigns: templates and whom they are assigned to, banners, the variant each member picked, and
-- install tests.

-- HTML that has passed src/signatures/parse-template.ts; nothing else may stand here.
create table signature_templates (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  name text not null,
  html text not null,
  -- The template's own merge fields: {"name": "value"}.
  own_fields jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id),
  unique (organization_id, name)
);

-- Whom a template is for: a member, a department, or (both null) the whole organization. Each has one template at most.
create table signature_template_assignments (
  organization_id uuid not null references organizations on delete cascade,
  template_id uuid not null,
  department_id uuid,
  user_id uuid,
  check (department_id is null or user_id is null),
  unique nulls not distinct (organization_id, department_id, user_id),
  foreign key (organization_id, template_id) references signature_templates (organization_id, id) on delete cascade,
  foreign key (organization_id, department_id) references departments (organization_id, id) on delete cascade,
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
create index signature_template_assignments_template_idx on signature_template_assignments (template_id);

-- banner: {"imageUrl": text, "linkUrl": text or null, "alt": text, "width": int, "height": int}.
alter table signature_campaigns
  add banner jsonb,
  add template_id uuid,
  add foreign key (organization_id, template_id) references signature_templates (organization_id, id) on delete set null (template_id);
-- What the campaign clock looks for: those that begin or end by themselves.
create index signature_campaigns_start_idx on signature_campaigns (starts_at) where status = 'scheduled';
create index signature_campaigns_end_idx on signature_campaigns (ends_at) where status in ('scheduled', 'active', 'paused') and ends_at is not null;

-- Each pick stays, so that the comparison of variants knows how long each was carried; the latest holds.
create table signature_variant_picks (
  organization_id uuid not null references organizations on delete cascade,
  campaign_id uuid not null,
  user_id uuid not null,
  variant_id uuid not null,
  picked_at timestamptz not null,
  primary key (campaign_id, user_id, picked_at),
  foreign key (organization_id, campaign_id) references signature_campaigns (organization_id, id) on delete cascade,
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade,
  foreign key (organization_id, variant_id) references signature_campaign_variants (organization_id, id) on delete cascade
);

-- A member tries whether their mail client keeps the image. The token is in one copy of the signature and nowhere else:
-- it is told once and looked up by its hash.
create table signature_install_tests (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  unique (organization_id, id),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
create index signature_install_tests_member_idx on signature_install_tests (organization_id, user_id);

-- What arrived for a test, with the verdict it would have had; written by process, part of no figure.
create table signature_install_test_hits (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations on delete cascade,
  test_id uuid not null,
  hit_at timestamptz not null,
  judgement_id integer not null references judgements,
  foreign key (organization_id, test_id) references signature_install_tests (organization_id, id) on delete cascade
);
create index signature_install_test_hits_test_idx on signature_install_test_hits (test_id, hit_at);

select app_private.isolate_tenant(t) from unnest(array[
  'signature_templates', 'signature_template_assignments', 'signature_variant_picks',
  'signature_install_tests', 'signature_install_test_hits'
]::regclass[]) t;
grant usage on sequence signature_install_test_hits_id_seq to mailtracker_system;

-- Everything of one campaign, past the keys that cascade: opens, rollups, drops, visitors. Answers how many rows went.
-- Runs with the caller's rights, so under row-level security.
create function app_private.delete_campaign(of_organization uuid, campaign uuid) returns table (opens bigint, pixels bigint)
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
  delete from visitor_seen v where v.organization_id = of_organization and (v.scope_id = campaign or v.scope_id in
    (select p.id from signature_tracking_pixels p where p.organization_id = of_organization and p.campaign_id = campaign));
  delete from signature_campaigns c where c.organization_id = of_organization and c.id = campaign;
  return next;
end $$;
revoke all on function app_private.delete_campaign(uuid, uuid) from public;
grant execute on function app_private.delete_campaign(uuid, uuid) to mailtracker_app, mailtracker_system;
