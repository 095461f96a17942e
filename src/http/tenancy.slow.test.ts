import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForgetful } from '../../tests/support/forgetful-databases.ts';
import { callOperation, type Operation, readOperations, type Subject } from '../../tests/support/operations.ts';
import { seedPartitions } from '../../tests/support/seed.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

// Two organizations, everything of the first filled in. Whoever belongs to the second calls every operation of the
// OpenAPI document with every kind of id of the first: nothing of it comes out, and nothing in it changes.

let databases: TestDatabase;
let http: StartedHttp;
let superuser: Client;
let operations: readonly Operation[];
let zebra: SignedIn;
let ids: ReadonlyMap<string, string>;
let secrets: readonly string[];
let subject: Subject;
let actors: readonly Actor[];

interface Actor {
  readonly name: string;
  /** Statuses that an id of the other organization may be answered with. */
  readonly allowed: readonly number[];
  headers(): Promise<Record<string, string>>;
}

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  superuser = new Client({ connectionString: databases.ownerUrl });
  await superuser.connect();
  operations = await readOperations(http);
  zebra = await fillZebra();
  actors = await makeStrangers();
  const rows = await readZebraRows();
  ids = collectIds(rows);
  secrets = [...new Set(JSON.stringify(rows).match(UUIDS) ?? [])];
  subject = {
    memberId: zebra.memberId,
    departmentId: ids.get('departments.id') ?? 'none',
    email: 'zebra.guest@example.com',
  };
});

afterAll(async () => {
  await superuser.end();
  await http.app.close();
  await databases.drop();
});

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The first organization: every name in it begins with Zebra. */
async function fillZebra(): Promise<SignedIn> {
  const owner = await signUpOwner(http, 'Zebra Owner');
  const { organizationId } = owner;
  await databases.system
    .updateTable('organizations')
    .set({ name: 'Zebra Corp', slug: 'zebra-corp' })
    .where('id', '=', organizationId)
    .execute();
  const member = await joinOrganization(http, organizationId, { name: 'Zebra Member' });
  const made = await Promise.all([
    owner.post('/api/departments', { name: 'Zebra Sales' }),
    owner.post('/api/keys', { name: 'Zebra key', scopes: ['admin'] }),
    owner.post('/api/invitations', { email: 'zebra.invited@example.com', role: 'member' }),
    owner.post('/api/campaigns', {
      name: 'Zebra proposal',
      audience: { everyone: true },
      variants: [{ label: 'Zebra A' }, { label: 'Zebra B' }],
    }),
  ]);
  expect(made.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
  const campaignId = made[3]?.body.id;
  expect((await owner.post(`/api/campaigns/${campaignId}/launch`)).status).toBe(200);
  const framed = await owner.send('PUT', '/api/admin/widget-origins', { origins: ['https://zebra.example'] });
  expect(framed.status).toBe(200);
  const now = Date.now();
  await seedPartitions(databases, new Date(now), new Date(now));
  for (const owned of [owner, member, { ...owner, campaignId }])
    await storeSlots(databases, owned, [
      { at: Math.floor(now / 900_000) * 900_000, opens: 77, uniques: 7, device: 'mobile' },
    ]);
  await sql`insert into member_sharing_hours (organization_id, user_id, hour_at, networks)
    values (${organizationId}, ${owner.memberId}, now(), 3)`.execute(databases.system);
  await sql`insert into sso_providers (organization_id, issuer, client_id, client_secret_sealed, email_domain)
    values (${organizationId}, 'https://login.zebra.example', 'zebra', '\\x00', 'zebra.example')`.execute(
    databases.system,
  );
  await fillEmptyTables({ organization_id: organizationId, user_id: owner.memberId, campaign_id: campaignId });
  return owner;
}

/** A row in every tenant table that has none yet, past foreign keys: what other parts fill has ids and words too. */
async function fillEmptyTables(known: Readonly<Record<string, string>>): Promise<void> {
  const columns = await superuser.query<{ table: string; column: string; type: string; allowed: string | null }>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
       (select (regexp_match(pg_get_constraintdef(k.oid), '''([^'']+)''::text'))[1] from pg_constraint k
        where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as allowed
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition and a.attgenerated = ''
       and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
       and (a.attname = any($1) or (a.attnotnull and not a.atthasdef and a.attidentity = ''))`,
    [Object.keys(known)],
  );
  await superuser.query('set session_replication_role = replica');
  for (const table of new Set(columns.rows.map((row) => row.table))) {
    if ((await readRows(`"${table}" t where organization_id = $1`)).length > 0) continue;
    const wanted = columns.rows.filter((row) => row.table === table);
    const values = wanted.map(({ column, type, allowed }) => known[column] ?? allowed ?? VALUES[type] ?? 'Zebra');
    // What a CHECK refuses stays empty, and the test below says so.
    const inserted = superuser.query(
      `insert into "${table}" (${wanted.map(({ column }) => `"${column}"`).join(', ')})
       select ${wanted.map(({ type }, index) => `$${index + 1}::${type}`).join(', ')}`,
      values,
    );
    await inserted.catch((error: { code?: string }) => expect([table, error.code]).toEqual([table, '23514']));
  }
  await superuser.query('set session_replication_role = default');
}

const BYTES = `\\x${'07'.repeat(32)}`;
const VALUES: Readonly<Record<string, string>> = {
  uuid: '5eb4a5eb-4a5e-4b4a-8eb4-a5eb4a5eb4a5',
  integer: '1',
  smallint: '1',
  bigint: '1',
  boolean: 'true',
  date: '2026-11-20',
  'timestamp with time zone': '2026-11-20T00:00:00Z',
  bytea: BYTES,
  jsonb: '{"zebra": true}',
};

async function makeStrangers(): Promise<readonly Actor[]> {
  const owner = await signUpOwner(http, 'Sven Stranger');
  const member = await joinOrganization(http, owner.organizationId, { name: 'Stella Stranger' });
  const { key } = (await owner.post('/api/keys', { name: 'Strange', scopes: ['admin'] })).body;
  return [
    { name: 'owner', allowed: [404], headers: () => signInAgain(owner) },
    { name: 'member', allowed: [403, 404], headers: () => signInAgain(member) },
    { name: 'key', allowed: [403, 404], headers: async () => ({ authorization: `Bearer ${key}` }) },
  ];
}

/** A session that does not end with whatever the call before it did. */
async function signInAgain(person: SignedIn): Promise<Record<string, string>> {
  const row = await databases.system
    .selectFrom('users as person')
    .innerJoin('organization_users as member', 'member.user_id', 'person.id')
    .where('member.id', '=', person.memberId)
    .select('person.id')
    .executeTakeFirstOrThrow();
  const started = await http.context.auth.api.startSession({
    body: { personId: row.id },
    headers: new Headers(),
    returnHeaders: true,
  });
  return { cookie: started.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

/** Every row of every tenant table that is the first organization's, and its people's sessions. */
async function readZebraRows(): Promise<Record<string, readonly Record<string, unknown>[]>> {
  const tables = await superuser.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const rows: Record<string, readonly Record<string, unknown>[]> = {};
  for (const { name } of tables.rows) rows[name] = await readRows(`"${name}" t where organization_id = $1`);
  rows.organizations = await readRows('organizations t where id = $1');
  rows.sessions = await readRows(
    'sessions t where user_id in (select user_id from organization_users where organization_id = $1)',
  );
  return rows;
}

async function readRows(from: string): Promise<Record<string, unknown>[]> {
  const answer = await superuser.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(t) as row from ${from} order by to_jsonb(t)::text`,
    [zebra?.organizationId ?? (await findZebra())],
  );
  return answer.rows.map(({ row }) => row);
}

async function findZebra(): Promise<string> {
  const found = await superuser.query<{ id: string }>(`select id from organizations where slug = 'zebra-corp'`);
  return found.rows[0]?.id ?? '';
}

/** One id of each kind, each once: "departments.id" → a department's. A row's own id comes before those it names. */
function collectIds(rows: Record<string, readonly Record<string, unknown>[]>): ReadonlyMap<string, string> {
  const cells = Object.entries(rows).flatMap(([table, [row]]) =>
    Object.entries(row ?? {}).map(([column, value]) => ({ name: `${table}.${column}`, isOwn: column === 'id', value })),
  );
  const found = new Map<string, string>();
  for (const { name, value } of cells.sort((a, b) => Number(b.isOwn) - Number(a.isOwn)))
    if (typeof value === 'string' && value.match(UUIDS)?.[0] === value && ![...found.values()].includes(value))
      found.set(name, value);
  return found;
}

/** What the caller said itself may be said back. */
function expectNoLeak(title: string, answer: string, said = ''): void {
  const text = [said, ...Object.values(subject)]
    .filter((one) => one !== '')
    .reduce((left, one) => left.replaceAll(one, ''), answer);
  expect([title, text.match(/.{0,60}zebra.{0,60}/i)?.[0] ?? null]).toEqual([title, null]);
  expect([title, secrets.filter((secret) => text.includes(secret))]).toEqual([title, []]);
}

test('the first organization is filled in', async () => {
  const rows = await readZebraRows();
  expect(Object.keys(rows).length).toBeGreaterThan(FILLED_LEAST);
  const empty = Object.keys(rows).filter((table) => rows[table]?.length === 0);
  expect(empty.filter((table) => !MAY_BE_EMPTY.test(table))).toEqual([]);
  expect(ids.size).toBeGreaterThan(10);
});

const FILLED_LEAST = 20;
/** Partitioned and filled from hits only, or refusing a row made up of nothing by a CHECK. */
const MAY_BE_EMPTY = /^(signature_tracking_events|visitor_seen|visitor_claims|own_devices|signature_install_tests)$/;

test('called with any id of another organization, every operation finds nothing and tells nothing', async () => {
  await expectNothingFound(http);
}, 180_000);

test('without ids, and with ids of another organization in body and query, no operation tells anything of it', async () => {
  await expectNothingTold(http);
}, 180_000);

test('the same holds when every "where organization_id = …" is forgotten: the database keeps them apart', async () => {
  const forgetful = openForgetful(databases, { isUnbound: false });
  const server = await startHttp(forgetful);
  try {
    await expectNothingFound(server, actors.slice(0, 1));
    await expectNothingTold(server);
    expect(forgetful.forgotten()).toBeGreaterThan(200);
  } finally {
    await server.app.close();
    await forgetful.close();
  }
}, 120_000);

test('without row-level security the same forgetting leaks, and these tests see it', async () => {
  const unbound = openForgetful(databases, { isUnbound: true });
  const server = await startHttp(unbound);
  try {
    await expect(expectNothingTold(server)).rejects.toThrow('to deeply equal');
    await expect(expectNothingFound(server)).rejects.toThrow('to deeply equal');
  } finally {
    await server.app.close();
    await unbound.close();
  }
}, 180_000);

async function expectNothingFound(server: StartedHttp, as: readonly Actor[] = actors): Promise<void> {
  const withIds = operations.filter((operation) => operation.pathParameters.length > 0);
  expect(withIds.length).toBeGreaterThan(10);
  for (const actor of as)
    for (const operation of withIds) {
      const headers = await actor.headers();
      for (const [kind, id] of ids) {
        const answer = await callOperation(server, operation, { id, subject, headers });
        const title = `${actor.name}: ${operation.name} with ${kind}`;
        expect([title, answer.status]).toEqual([title, actor.allowed.find((one) => one === answer.status) ?? 404]);
        expectNoLeak(title, answer.text, id);
      }
    }
}

async function expectNothingTold(server: StartedHttp): Promise<void> {
  const before = JSON.stringify(await readZebraRows());
  for (const actor of actors)
    for (const operation of operations.filter(({ pathParameters }) => pathParameters.length === 0)) {
      const headers = await actor.headers();
      const title = `${actor.name}: ${operation.name}`;
      const plain = await callOperation(server, operation, { id: '', subject, headers });
      expect([title, plain.status < 500]).toEqual([title, true]);
      expectNoLeak(title, plain.text);
      for (const parameter of operation.queryParameters)
        for (const id of new Set([zebra.memberId, subject.departmentId, ids.get('signature_campaigns.id') ?? ''])) {
          const asked = await callOperation(server, operation, {
            id: '',
            subject,
            headers: await actor.headers(),
            query: { [parameter]: id },
          });
          expect([title, parameter, asked.status < 500]).toEqual([title, parameter, true]);
          expectNoLeak(`${title}?${parameter}`, asked.text, id);
        }
    }
  expect(JSON.stringify(await readZebraRows())).toBe(before);
}

test('without a session or a key every operation that is not public answers 401', async () => {
  for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
    const answer = await callOperation(http, operation, { id: zebra.memberId, subject, headers: {} });
    expect([operation.name, answer.status]).toEqual([operation.name, SIGN_OUT.includes(operation.name) ? 200 : 401]);
    expectNoLeak(operation.name, answer.text);
  }
});

/** Who is signed out already is signed out. */
const SIGN_OUT = ['POST /api/auth/sign-out'];
