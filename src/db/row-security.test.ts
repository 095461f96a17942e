import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedPartitions } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

/** What the application may read although no policy binds it: judgements hold nothing of a person or organization. */
const OPEN_TABLES = ['public.judgements'];

let databases: TestDatabase;
let owner: Client;

beforeAll(async () => {
  databases = await createTestDatabase();
  owner = new Client({ connectionString: databases.ownerUrl });
  await owner.connect();
  await seedPartitions(databases, new Date(), new Date());
});
afterAll(async () => {
  await owner.end();
  await databases.drop();
});

test('every table with an organization is bound by a policy, and nothing leads past one', async () => {
  expect(await findUnbound()).toEqual([]);
  expect(await findBypasses()).toEqual([]);
  expect(await findOpenViews()).toEqual([]);
});

test('a table, a partition and a view that forgot their policy are found', async () => {
  await owner.query('begin');
  await owner.query(`create table forgotten (organization_id uuid); grant select on forgotten to mailtracker_app;
    create view everybody as select * from organization_users; create materialized view frozen as select 1 as one;
    grant select on frozen to mailtracker_app`);
  const partition = await owner.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'signature_tracking_events'::regclass limit 1`,
  );
  const name = partition.rows[0]?.name ?? '';
  await owner.query(`grant select on ${name} to mailtracker_app`);
  const found = { unbound: await findUnbound(), bypasses: await findBypasses(), views: await findOpenViews() };
  await owner.query('rollback');
  expect(found.unbound).toEqual(['public.forgotten']);
  expect(found.bypasses.sort()).toEqual(['public.forgotten', `public.${name}`].sort());
  expect(found.views.sort()).toEqual(['public.everybody', 'public.frozen']);
});

test('the application owns nothing, so that it cannot lift a policy', async () => {
  const owned = await owner.query(
    `select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname like 'mailtracker\\_%'`,
  );
  expect(owned.rows).toEqual([]);
});

const PARTS = `from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'`;
const NAME = `n.nspname || '.' || c.relname as name`;

/** Tables (partitions aside) with an organization_id that lack forced security or one of the two policies. */
async function findUnbound(): Promise<string[]> {
  return readNames(`select ${NAME} ${PARTS} and c.relkind in ('r', 'p') and not c.relispartition
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped)
    and not (c.relrowsecurity and c.relforcerowsecurity and array['mailtracker_app', 'mailtracker_system']::name[] <@
      (select coalesce(array_agg(r.rolname), '{}') from pg_policy p join pg_roles r on r.oid = any(p.polroles) where p.polrelid = c.oid))`);
}

/** Tables without security, and partitions (which do not inherit it), on which the application has any privilege. */
async function findBypasses(): Promise<string[]> {
  const names = await readNames(`select ${NAME} ${PARTS} and c.relkind in ('r', 'p') and not c.relrowsecurity
    and (has_table_privilege('mailtracker_app', c.oid, 'select, insert, update, delete, truncate, references, trigger')
      or has_any_column_privilege('mailtracker_app', c.oid, 'select, insert, update, references'))`);
  return names.filter((name) => !OPEN_TABLES.includes(name));
}

/** Views that read as their owner, and materialized views, which have no security, open to the application. */
async function findOpenViews(): Promise<string[]> {
  return readNames(`select ${NAME} ${PARTS} and (
    (c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions), false))
    or (c.relkind = 'm' and has_any_column_privilege('mailtracker_app', c.oid, 'select')))`);
}

async function readNames(query: string): Promise<string[]> {
  const answer = await owner.query<{ name: string }>(query);
  return answer.rows.map((row) => row.name);
}
