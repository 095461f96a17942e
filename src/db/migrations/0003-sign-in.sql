-- Keys, sessions, second factor, forgotten passwords, single sign-on (accounts/).

-- A key speaks for its organization. Only its hash is kept: 32 random bytes need no slow one.
create table api_keys (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations on delete cascade,
  name text not null,
  -- The key's first characters, for people to tell keys apart.
  prefix text not null,
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  scopes text[] not null check (
    cardinality(scopes) > 0 and
    scopes <@ array['read:stats', 'read:events', 'write:campaigns', 'write:destinations', 'admin']),
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  unique (organization_id, id),
  foreign key (organization_id, created_by) references organization_users (organization_id, id) on delete set null (created_by)
);
create index api_keys_organization_idx on api_keys (organization_id, created_at);

alter table sessions
  add column last_seen_at timestamptz not null default now(),
  -- Set when an organization's own provider vouched for the person: such a session reaches that organization only,
  -- or whoever runs one provider could enter every organization of its members.
  add column sso_organization_id uuid references organizations on delete cascade;

-- From now on a device's name ("Chrome on Windows"), never the whole agent.
update sessions set user_agent = null;

-- At most 5 live sessions a person, the oldest leaves, however many sign in at once; none outlives 30 days.
create function app_private.bound_sessions() returns trigger language plpgsql as $$
begin
  new.expires_at := least(new.expires_at, new.created_at + interval '30 days');
  if tg_op = 'INSERT' then
    perform pg_advisory_xact_lock(hashtextextended('mailtracker.sessions.' || new.user_id, 0));
    delete from public.sessions where user_id = new.user_id and (expires_at <= now() or id in (
      select id from public.sessions where user_id = new.user_id and expires_at > now()
      order by created_at desc, id desc offset 4));
  end if;
  return new;
end $$;
create trigger bound_sessions before insert or update of expires_at on sessions
  for each row execute function app_private.bound_sessions();

-- The time step of the last code taken: no code is taken twice (ASVS 6.5.1).
alter table user_two_factors add column last_step bigint;

-- Hours in which one member's account was used from several networks: how many, never which.
create table member_sharing_hours (
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  hour_at timestamptz not null,
  networks smallint not null check (networks > 0),
  primary key (user_id, hour_at),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
create index member_sharing_hours_organization_idx on member_sharing_hours (organization_id, hour_at);

-- One open request to set a new password: a person's newest replaces the one before.
create table password_resets (
  user_id uuid primary key references users on delete cascade,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
grant select, insert, update, delete on password_resets to mailtracker_system;

-- An organization's own OpenID provider. The email domain proves nothing about who owns it: it narrows whom the
-- provider may vouch for, inside this organization.
create table sso_providers (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null unique references organizations on delete cascade,
  issuer text not null,
  client_id text not null,
  -- AES-256-GCM, bound to this row's id.
  client_secret_sealed bytea not null,
  email_domain text not null check (email_domain = lower(email_domain)),
  -- True: who the provider vouches for becomes a member while seats are free.
  admits_new_members boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, id)
);
create index sso_providers_email_domain_idx on sso_providers (email_domain);

select app_private.isolate_tenant(t) from unnest(array[
  'api_keys', 'member_sharing_hours', 'sso_providers'
]::regclass[]) t;
