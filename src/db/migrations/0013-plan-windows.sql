-- How many opens of an organization with a limited plan were let in lately (process/), so that several processors count
-- as one. One row an organization; whoever holds it counts alone.
create table plan_windows (
  organization_id uuid primary key references organizations on delete cascade,
  -- Opens by the second of their hit since 1970: {"1781092800": 3}, the newest 300 seconds.
  seconds jsonb not null default '{}'
);
select app_private.isolate_tenant('plan_windows');
