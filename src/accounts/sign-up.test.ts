import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { unseal } from '../kit/crypto.ts';
import { silentLog } from '../kit/log.ts';
import { createAuth } from './create-auth.ts';
import { type SignUpInput, signUp } from './sign-up.ts';

let databases: TestDatabase;
let owner: Client;

const tools = (log = silentLog) => ({
  databases,
  auth: createAuth({
    databases,
    publicUrl: 'http://localhost:3000',
    secret: 'a secret of the tests, long enough',
    log,
  }),
  tokenKey: TEST_TOKEN_KEY,
});

const input = (email: string, more: Partial<SignUpInput> = {}): SignUpInput => ({
  name: 'Ada Byron',
  email,
  password: 'nine walnut ladders',
  organizationName: 'Acme Corp',
  ...more,
});

const TABLES = [
  'users',
  'accounts',
  'sessions',
  'organizations',
  'organization_users',
  'organization_settings',
  'signature_user_tracking',
];

async function countRows(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of TABLES) {
    const answer = await owner.query<{ rows: string }>(`select count(*) as rows from ${table}`);
    counts[table] = Number(answer.rows[0]?.rows);
  }
  return counts;
}

beforeAll(async () => {
  databases = await createTestDatabase();
  owner = new Client({ connectionString: databases.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await databases.drop();
});

test('sign-up makes one person, one organization, its owner, its settings, one pixel and one session', async () => {
  const before = await countRows();
  const made = await signUp(tools(), input('Ada@Example.com', { timezone: 'Europe/Berlin' }));
  expect(await countRows()).toEqual(Object.fromEntries(TABLES.map((table) => [table, (before[table] ?? 0) + 1])));

  const member = await databases.system
    .selectFrom('organization_users')
    .selectAll()
    .where('id', '=', made.memberId)
    .executeTakeFirstOrThrow();
  expect(member).toMatchObject({
    organization_id: made.organizationId,
    user_id: made.personId,
    role: 'owner',
    name: 'Ada Byron',
  });
  const user = await databases.system
    .selectFrom('users')
    .select('email')
    .where('id', '=', made.personId)
    .executeTakeFirst();
  expect(user?.email).toBe('ada@example.com');
  const settings = await databases.system
    .selectFrom('organization_settings')
    .select('tracking_settings')
    .where('organization_id', '=', made.organizationId)
    .executeTakeFirstOrThrow();
  expect(settings.tracking_settings).toMatchObject({ timezone: 'Europe/Berlin', k_anonymity: 5, retention_days: 90 });
  const session = await databases.system
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', made.personId)
    .executeTakeFirst();
  expect(session).toMatchObject({ active_organization_id: made.organizationId, ip_address: null });
});

test("the pixel's sealed token opens under the pixel's own id and is stored nowhere in clear", async () => {
  const made = await signUp(tools(), input('pixel@example.com'));
  const row = await databases.system
    .selectFrom('signature_user_tracking')
    .selectAll()
    .where('user_id', '=', made.memberId)
    .executeTakeFirstOrThrow();
  expect(row.is_active).toBe(true);
  const token = unseal(TEST_TOKEN_KEY, row.pixel_token_sealed, row.id).toString();
  expect(token).toMatch(/^[A-Za-z0-9_-]{24}$/);
  expect(JSON.stringify(row)).not.toContain(token);
});

test('a failure at the last insert leaves every table unchanged', async () => {
  await owner.query(
    `create function refuse_pixel() returns trigger language plpgsql as $$ begin raise exception 'no pixel today'; end $$`,
  );
  await owner.query(
    'create trigger refuse_pixel before insert on signature_user_tracking for each row execute function refuse_pixel()',
  );
  try {
    const before = await countRows();
    await expect(signUp(tools(), input('nothing@example.com'))).rejects.toThrow('no pixel today');
    expect(await countRows()).toEqual(before);
  } finally {
    await owner.query('drop trigger refuse_pixel on signature_user_tracking');
    await owner.query('drop function refuse_pixel');
  }
  await expect(signUp(tools(), input('nothing@example.com'))).resolves.toBeDefined();
});

test('an email address that has an account is refused by name and nothing is stored', async () => {
  await signUp(tools(), input('twice@example.com'));
  const before = await countRows();
  await expect(signUp(tools(), input('TWICE@example.com'))).rejects.toMatchObject({
    code: 'email_taken',
    field: 'email',
  });
  expect(await countRows()).toEqual(before);
});

test('of 10 racing sign-ups with one email address exactly 1 succeeds and the others are told why', async () => {
  const before = await countRows();
  const shared = tools();
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, racer) =>
      signUp(shared, input('race@example.com', { organizationName: `Racer ${racer}` })),
    ),
  );
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused.map((result) => result.reason.code)).toEqual(Array.from({ length: 9 }, () => 'email_taken'));
  expect(await countRows()).toEqual(Object.fromEntries(TABLES.map((table) => [table, (before[table] ?? 0) + 1])));
});

test('organizations of the same name get slugs of their own', async () => {
  const first = await signUp(tools(), input('slug1@example.com', { organizationName: 'Müller & Söhne' }));
  const second = await signUp(tools(), input('slug2@example.com', { organizationName: 'Müller & Söhne' }));
  const rows = await databases.system
    .selectFrom('organizations')
    .select('slug')
    .where('id', 'in', [first.organizationId, second.organizationId])
    .execute();
  expect(new Set(rows.map((row) => row.slug.replace(/[0-9a-f]{8}$/, '')))).toEqual(new Set(['muller-sohne-']));
  expect(new Set(rows.map((row) => row.slug)).size).toBe(2);
});

test.each(['password', 'Password123!', 'qwertyuiop', 'aaaaaaaaaa'])(
  'the common password %s is refused',
  async (password) => {
    const attempt = signUp(tools(), input('weak@example.com', { password }));
    await expect(attempt).rejects.toMatchObject({ code: 'password_too_common', field: 'password' });
  },
);

test('neither the password nor the email address reaches the log, even when the database refuses the person', async () => {
  const lines: string[] = [];
  const keep = (fields: object, event: string) => void lines.push(JSON.stringify({ event, ...fields }));
  const talking = tools({ debug: keep, info: keep, warn: keep, error: keep });
  await Promise.allSettled(Array.from({ length: 4 }, () => signUp(talking, input('quiet.person@example.com'))));
  const log = lines.join('\n');
  expect(log).toContain('auth.message');
  expect(log).not.toContain('walnut');
  expect(log).not.toContain('quiet.person');
});

test('the stored password is argon2id, four passes over 12 MiB', async () => {
  const made = await signUp(tools(), input('hash@example.com'));
  const account = await databases.system
    .selectFrom('accounts')
    .select('password')
    .where('user_id', '=', made.personId)
    .executeTakeFirst();
  expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=12288,t=4,p=1\$/);
});
