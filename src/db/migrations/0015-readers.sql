-- What an organization's mail is read with, and where, told with k-anonymity (docs/decisions/0016-readers.md). Days are
-- UTC's: one key, so one name a reader, and the count of different readers is exact.

-- Null: not of a reader's own software, of a campaign's pixel, not counted, or stored by a version before this one.
-- False: counted in tracking_rollup_readers. True: and the first of its reader in the organization that day.
alter table signature_tracking_events add column is_new_reader boolean;

alter table visitor_seen drop constraint visitor_seen_kind_check,
  add constraint visitor_seen_kind_check check (kind in ('day', 'hour', 'load', 'burst', 'reader'));

create table tracking_rollup_readers (
  organization_id uuid not null,
  day date not null,
  client_family text not null,
  country text,
  opens integer not null,
  readers integer not null,
  unique nulls not distinct (organization_id, day, client_family, country)
) with (fillfactor = 85);
select app_private.isolate_tenant('tracking_rollup_readers');
