-- Where the engagement widget may be framed (accounts/): the origins of a company's own portals.
create table widget_origins (
  organization_id uuid not null references organizations on delete cascade,
  -- Scheme, host and port, as a browser writes an origin (RFC 6454): "https://portal.example".
  origin text not null check (origin ~ '^https?://[a-z0-9.:\[\]-]+$' and length(origin) <= 253),
  primary key (organization_id, origin)
);
select app_private.isolate_tenant('widget_origins');
