-- People: the audit log, plans, personal restrictions, and invitations that carry what the new member will be.

-- What admins did (audit/). Written in the transaction of the act; the application may add and read, never change.
create table audit_log (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations on delete cascade,
  at timestamptz not null default now(),
  -- The member who acted; null: the person who runs the server, by command line. No foreign key: the line outlives them.
  actor_id uuid,
  actor_name text not null,
  action text not null,
  -- The id of what was acted on, such as a member's, and its name for people.
  subject_id text,
  subject text not null,
  before jsonb,
  after jsonb
);
create index audit_log_organization_idx on audit_log (organization_id, id desc);
create index audit_log_actor_idx on audit_log (organization_id, actor_id, id desc);
select app_private.isolate_tenant('audit_log');
revoke update, delete on audit_log from mailtracker_app;

-- Null: the server's plan (PLAN_SEATS, PLAN_OPENS_PER_MINUTE) holds for the organization; 0: unlimited.
alter table organizations alter seats drop not null, alter seats drop default,
  alter opens_per_minute drop not null, alter opens_per_minute drop default;
update organizations set seats = null where seats = 0;
update organizations set opens_per_minute = null where opens_per_minute = 0;
comment on column organizations.seats is 'null = the server''s plan, 0 = unlimited';
comment on column organizations.opens_per_minute is 'null = the server''s plan, 0 = unlimited';

-- A member may restrict how they are tracked, never widen it: the stricter of this and the organization's mode holds.
alter table organization_users add tracking_mode text check (tracking_mode in ('aggregate', 'off'));

-- The link's token is shown once; its SHA-256 is all that stays.
alter table organization_invitations
  add name text,
  add department_id uuid,
  add title text,
  add phone text,
  add token_hash bytea unique check (octet_length(token_hash) = 32),
  add sent_at timestamptz,
  add member_id uuid,
  add foreign key (organization_id, department_id) references departments (organization_id, id) on delete set null (department_id),
  add foreign key (organization_id, member_id) references organization_users (organization_id, id) on delete set null (member_id);
create index organization_invitations_organization_idx on organization_invitations (organization_id, created_at desc, id desc);
