import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { memberImportReportSchema } from '../contract/member-import.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let admin: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  admin = await joinOrganization(http, owner.organizationId, { role: 'admin' });
});

afterEach(async () => {
  await setSeats(null);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function setSeats(seats: number | null): Promise<void> {
  const { organizationId } = owner;
  await databases.system.updateTable('organizations').set({ seats }).where('id', '=', organizationId).execute();
}

async function send(file: string | Uint8Array, { query = '', accept = '', by = owner } = {}) {
  const answer = await fetch(`${http.url}/api/members/import${query}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', cookie: by.cookie, origin: http.url, ...(accept === '' ? {} : { accept }) },
    body: typeof file === 'string' ? file : Buffer.from(file),
  });
  const text = await answer.text();
  const isOne = answer.headers.get('content-type')?.includes('/x-ndjson') === false;
  return { status: answer.status, text, body: isOne ? JSON.parse(text) : null };
}

const countMembers = async (organizationId = owner.organizationId) => {
  const { rows } = await sql<{ members: number; pixels: number; people: number }>`
    select count(*)::int as members, count(p.id)::int as pixels, (select count(*)::int from users) as people
    from organization_users m left join signature_user_tracking p on p.user_id = m.id and p.is_active
    where m.organization_id = ${organizationId}`.execute(databases.system);
  return rows[0] ?? { members: 0, pixels: 0, people: 0 };
};

const ROWS = 10_000;
const BAD = 100;

test(`${ROWS} rows with ${BAD} bad ones: ${ROWS - BAD} members in, the others told by line and reason, under 30 s`, async () => {
  const before = await countMembers();
  const lines = Array.from({ length: ROWS }, (_, n) => {
    if (n % (ROWS / BAD) !== 7) return `"Person, ${n}",person${n}@big.example,Team ${n % 20},Rep,+49 30 ${n},`;
    return [`,nobody${n}@big.example,,,,`, `Bad ${n},not an address,,,,`, `Bad ${n},b${n}@big.example,,,,king`][n % 3];
  });
  const file = `name,email,department,title,phone,role\r\n${lines.join('\r\n')}\r\n`;
  const startedAt = performance.now();
  const dry = memberImportReportSchema.strict().parse((await send(file, { query: '?dryRun=true' })).body);
  expect(dry).toMatchObject({ isDryRun: true, rows: ROWS, imported: ROWS - BAD, failed: BAD });
  expect(await countMembers()).toEqual(before);

  const answer = await send(file, { accept: 'application/x-ndjson' });
  const told = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const progress = told.slice(0, -1).map((line) => line.progress.rows);
  expect(progress.length).toBeGreaterThan(10);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  const report = memberImportReportSchema.strict().parse(told.at(-1).report);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
  expect(report).toEqual({ ...dry, isDryRun: false });
  expect(report.errors).toHaveLength(BAD);
  expect(report.errors.slice(0, 3)).toEqual([
    { line: 9, field: 'email', reason: 'not an email address' },
    { line: 109, field: 'role', reason: 'not a role: owner, admin, member, or nothing for member' },
    { line: 209, field: 'name', reason: 'a name is missing' },
  ]);
  const after = await countMembers();
  expect(after.members - before.members).toBe(ROWS - BAD);
  expect(after.pixels - before.pixels).toBe(ROWS - BAD);
  expect(after.people - before.people).toBe(ROWS - BAD);
  const found = (await owner.get('/api/members?search=person9999@')).body.data[0];
  expect(found).toMatchObject({
    name: 'Person, 9999',
    title: 'Rep',
    phone: '+49 30 9999',
    department: { name: 'Team 19' },
  });
  const again = (await send(file)).body;
  expect(again).toMatchObject({ imported: 0, failed: ROWS });
  expect(again.errors).toHaveLength(ROWS);
}, 90_000);

test('columns in any order, semicolons, a byte order mark, Windows line ends; what is unknown is ignored and told', async () => {
  const { body } = await send('\uFEFFEmail;Colour;NAME\r\nana@order.example;red;"Ana ""A"" Ö"\r\n');
  expect(body).toMatchObject({ imported: 1, failed: 0, ignoredColumns: ['colour'] });
  expect((await owner.get('/api/members?search=ana@order')).body.data[0].name).toBe('Ana "A" Ö');
});

test.each([
  [
    'a line twice',
    'A,twice@b.example,\nB,TWICE@b.example,\n',
    { line: 3, field: 'email', reason: 'twice@b.example stands on line 2 already' },
  ],
  [
    'a name too long',
    `${'x'.repeat(121)},long@b.example,\n`,
    { line: 2, field: 'name', reason: 'at most 120 characters' },
  ],
  [
    'a null byte',
    'A\u0000B,zero@b.example,\n',
    { line: 2, field: 'name', reason: 'holds a line end or another control character' },
  ],
  ['text after a quote', '"A"B,after@b.example,\n', { line: 2, field: null, reason: 'text after a closing quote' }],
  ['too few cells', 'Alone\n', { line: 2, field: 'email', reason: 'an email address is missing' }],
])('%s is told, and the good row behind it comes in', async (_title, rows, fault) => {
  const good = `good${Math.random().toString(36).slice(2)}@b.example`;
  const { body } = await send(`name,email,role\n${rows}Good,${good},\n`, { query: '?dryRun=true' });
  expect(body.errors).toEqual([fault]);
  expect(body.imported).toBe(body.rows - 1);
});

test('a file that is not one of people is refused as a whole', async () => {
  for (const file of ['', 'name,phone\nA,1\n', new Uint8Array([0x6e, 0xff, 0xfe, 0x0a])]) {
    const { status, body } = await send(file);
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_file');
  }
  expect((await owner.post('/api/members/import', { name: 'A' })).status).toBe(415);
});

test('one file sent twice at the same moment makes every person a member once', async () => {
  const before = await countMembers();
  const file = `name,email\n${Array.from({ length: 700 }, (_, n) => `T${n},race${n}@t.example`).join('\n')}\n`;
  const reports = await Promise.all([send(file), send(file)]);
  expect(reports.map(({ status }) => status)).toEqual([200, 200]);
  expect(reports.reduce((sum, { body }) => sum + body.imported, 0)).toBe(700);
  const after = await countMembers();
  expect(after).toMatchObject({ members: before.members + 700, pixels: before.pixels + 700 });
});

describe('seats and rights', () => {
  test('rows beyond the free seats are told so, in a dry run too', async () => {
    const { active, pending } = (await owner.get('/api/plan')).body.seats;
    await setSeats(active + pending + 2);
    const file = `name,email\n${Array.from({ length: 4 }, (_, n) => `S${n},seat${n}@s.example`).join('\n')}\n`;
    for (const query of ['?dryRun=true', '']) {
      const { body } = await send(file, { query });
      expect(body.imported).toBe(2);
      expect(body.errors).toEqual([4, 5].map((line) => ({ line, field: null, reason: 'no free seat is left' })));
    }
  });

  test('an admin imports members only; a member nobody', async () => {
    const file = 'name,email,role\nA,rank1@r.example,admin\nB,rank2@r.example,member\n';
    const { body } = await send(file, { by: admin });
    expect(body).toMatchObject({
      imported: 1,
      errors: [{ line: 2, field: 'role', reason: 'only an owner imports an admin' }],
    });
    const member = await joinOrganization(http, owner.organizationId);
    expect((await send(file, { by: member })).status).toBe(403);
  });

  test('another organization’s person comes in with the account they have', async () => {
    const { email } = (await stranger.get('/api/session')).body;
    const before = await countMembers();
    expect((await send(`name,email\nSven here,${email}\n`)).body.imported).toBe(1);
    const after = await countMembers();
    expect(after).toMatchObject({ members: before.members + 1, people: before.people });
    expect((await stranger.get('/api/session')).body.name).toBe('Sven Stranger');
  });
});
