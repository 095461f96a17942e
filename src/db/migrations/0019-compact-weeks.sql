-- A week of opens that has ended gets hardly another row, so its indexes may be full. Until then every organization's
-- and every member's opens go in between those of others, and PostgreSQL leaves each page half empty that it splits.

-- Builds one index anew of a week that ended before `ended_before`, unless it is larger than `bytes_max`: whoever reads
-- that week waits as long. Answers its name, null when every one is done; a full one is known by its fillfactor.
create function app_private.compact_next_index(ended_before timestamptz, bytes_max bigint) returns text
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  index_name text;
begin
  perform pg_advisory_xact_lock(hashtext('mailtracker.partitions'));
  select x.relname into index_name
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_index n on n.indrelid = c.oid join pg_class x on x.oid = n.indexrelid
  where i.inhparent = 'public.signature_tracking_events'::regclass
    and c.relname <= 'signature_tracking_events_' || to_char((ended_before at time zone 'UTC')::date - 7, 'YYYYMMDD')
    and not coalesce('fillfactor=100' = any(x.reloptions), false) and pg_relation_size(x.oid) <= bytes_max
  order by c.relname desc, x.relname limit 1;
  if index_name is not null then
    execute format('alter index public.%I set (fillfactor = 100)', index_name);
    execute format('reindex index public.%I', index_name);
  end if;
  return index_name;
end $$;
revoke all on function app_private.compact_next_index(timestamptz, bigint) from public;
grant execute on function app_private.compact_next_index(timestamptz, bigint) to mailtracker_system;
