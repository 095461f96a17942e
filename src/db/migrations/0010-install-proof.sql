-- Whom the watch over silent pixels has warned, so that each silence is told of once. A row goes when the pixel is
-- loaded again: the next silence is a new one.
create table signature_silent_warnings (
  organization_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  warned_at timestamptz not null,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references organization_users (organization_id, id) on delete cascade
);
select app_private.isolate_tenant('signature_silent_warnings');
