import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
const BASE = '/api/admin/tracking/organization-stats';

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
  const at = Math.floor(Date.now() / 900_000) * 900_000;
  await storeSlots(databases, member, [{ at, opens: 3, uniques: 2, device: 'mobile' }]);
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

/** A minute apart. */
async function storeOpens(of: SignedIn, count: number): Promise<void> {
  const minute = Math.floor(Date.now() / 60_000);
  await storeOpensAt(
    of,
    Array.from({ length: count }, (_, n) => new Date((minute - n - 1) * 60_000)),
  );
}

async function storeOpensAt({ organizationId, memberId }: SignedIn, times: readonly Date[]): Promise<void> {
  const { system } = databases;
  await sql`select app_private.ensure_partitions(now() - interval '60 days', now())`.execute(system);
  await sql`with judged as (
      insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
      values ('human', 'certain', 'mail_client', ${times.length}, 'desktop', 'Outlook', 'eyeball', '') returning id)
    insert into signature_tracking_events (hit_at, organization_id, user_id, user_tracking_id, judgement_id, is_counted,
      is_unique, is_bot, is_proxy, tracking_type, verdict)
    select at, ${organizationId}::uuid, ${memberId}::uuid, ${memberId}::uuid,
      judged.id, true, true, false, false, 'user', 'human' from judged, unnest(${times}::timestamptz[]) at`.execute(
    system,
  );
}

test('an admin saves the days and the departments as files with the figures of the page', async () => {
  const daily = await owner.get(`${BASE}/daily/export.csv?days=2`);
  expect(daily.headers.get('content-type')).toContain('text/csv');
  expect(daily.headers.get('content-disposition')).toContain('team-daily.csv');
  const lines = daily.text.trim().split(/\r?\n/);
  const { data } = (await owner.get(`${BASE}/daily?days=2`)).body;
  const rows = data.map((row: { date: string; opens: number; unique: number }) => Object.values(row).join(','));
  expect(lines).toEqual(['date,opens,unique', ...rows]);
  expect(lines.at(-1)).toMatch(/,3,2$/);
  const departments = await owner.get(`${BASE}/export.csv`);
  expect(departments.text.trim().split(/\r?\n/)).toEqual(['department,opens,users', 'No department,3,2']);
});

test('what the team’s mail is read with stands in the file as on the page, small groups as one', async () => {
  const day = new Date().toISOString().slice(0, 10);
  await databases.system
    .insertInto('tracking_rollup_readers')
    .values(
      ['Outlook 9', 'Apple Mail 6', '=Thunderbird 2', 'Evolution 1'].map((text) => {
        const [, client = '', readers] = /^(.+) (\d)$/.exec(text) ?? [];
        const figures = { opens: 10 + Number(readers), readers: Number(readers) };
        return { organization_id: owner.organizationId, day, client_family: client, country: null, ...figures };
      }),
    )
    .execute();
  const { body } = await owner.get(`${BASE}/breakdown?days=7`);
  expect(body).toEqual({
    clients: { data: [{ name: 'Outlook', opens: 19 }], other: 39 },
    countries: { data: [], other: null },
    kAnonymity: 5,
    days: 7,
    timezone: 'UTC',
  });
  const file = await owner.get(`${BASE}/breakdown/export.csv?days=7`);
  expect(file.headers.get('content-disposition')).toContain('team-breakdown.csv');
  expect(file.text.trim().split(/\r?\n/)).toEqual(['kind,name,opens', 'client,Outlook,19', 'client,,39']);
});

test('everybody stands in one file with their opens, by name; a member may not have it', async () => {
  const path = '/api/admin/tracking/members/export.csv';
  const file = await owner.get(`${path}?days=7`);
  expect(file.headers.get('content-disposition')).toContain('members.csv');
  const { data } = (await owner.get('/api/admin/tracking/members?days=7')).body;
  const lines = file.text.trim().split(/\r?\n/);
  expect(lines[0]).toBe('user_id,name,email,title,department,status,opens');
  expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(data.map((one: { userId: string }) => one.userId));
  expect(lines.find((line) => line.startsWith(member.memberId))).toMatch(/,active,3$/);
  expect((await member.get(path)).status).toBe(403);
  expect((await owner.get(`${path}?days=0`)).status).toBe(400);
});

test('a member saves their opens, over more than one page, without what the reader reads with', async () => {
  const path = '/api/tracking/opens/export.csv';
  await storeOpens(member, 1_005);
  const file = await member.get(path);
  expect(file.headers.get('content-disposition')).toContain('my-opens.csv');
  const lines = file.text.trim().split(/\r?\n/);
  expect(lines[0]).toBe('at,type,campaign,verdict,confidence,reason,device,counted,unique,loads');
  expect(lines).toHaveLength(1 + 1_005);
  const times = lines.slice(1).map((line) => line.split(',')[0] ?? '');
  expect(times).toEqual([...new Set(times)].sort().reverse());
  const { data, next } = (await member.get('/api/tracking/opens?limit=200')).body;
  const after = (await member.get(`/api/tracking/opens?limit=200&cursor=${next}`)).body;
  expect([...data, ...after.data].map(({ at }) => at)).toEqual(times.slice(0, 400));
  expect((await member.get('/api/tracking/opens?limit=200&cursor=999999999999999.1')).body).toEqual({ data, next });
  expect((await member.get('/api/tracking/opens?cursor=0.1')).body).toEqual({ data: [], next: null });
  expect(file.text).not.toContain('Outlook');
  expect((await http.send('GET', path)).status).toBe(401);
});

test('opens on both sides of each midnight stand once, newest first, whatever page they are on', async () => {
  const colleague = await joinOrganization(http, owner.organizationId, { name: 'Cora Colleague' });
  const today = Math.floor(Date.now() / 86_400_000);
  const times = [0, 1, 2, 6, 7, 8, 55, 56, 57].flatMap((days) => {
    const midnight = (today - days) * 86_400_000;
    return [new Date(midnight), new Date(midnight - 1)];
  });
  await storeOpensAt(colleague, times);
  const expected = times.map((at) => at.toISOString());
  const read = async (query: string) => (await colleague.get(`/api/tracking/opens?${query}`)).body;
  expect((await read('limit=50')).data.map(({ at }: { at: string }) => at)).toEqual(expected);
  for (const limit of [1, 5]) {
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page = await read(`limit=${limit}${next && `&cursor=${next}`}`);
      seen.push(...page.data.map(({ at }: { at: string }) => at));
      next = page.next;
    }
    expect(seen).toEqual(expected);
  }
});

test('a member gets 403, a stranger 401, a wrong period 400', async () => {
  for (const path of [
    `${BASE}/daily/export.csv`,
    `${BASE}/export.csv`,
    `${BASE}/breakdown`,
    `${BASE}/breakdown/export.csv`,
  ]) {
    expect((await member.get(path)).status).toBe(403);
    expect((await http.send('GET', path)).status).toBe(401);
    expect((await owner.get(`${path}?days=abc`)).status).toBe(400);
  }
});

test('a member saves their own days and hours as files with the figures of their page', async () => {
  const daily = await member.get('/api/tracking/my-stats/daily/export.csv?days=2');
  expect(daily.headers.get('content-disposition')).toContain('my-opens-daily.csv');
  const { data } = (await member.get('/api/tracking/my-stats/daily?days=2')).body;
  const rows = data.map((row: { date: string; opens: number; unique: number }) => Object.values(row).join(','));
  expect(daily.text.trim().split(/\r?\n/)).toEqual(['date,opens,unique', ...rows]);
  expect(rows.at(-1)).toMatch(/,3,2$/);
  const hours = await member.get('/api/tracking/my-stats/hours/export.csv');
  const lines = hours.text.trim().split(/\r?\n/);
  expect(lines).toHaveLength(1 + 7 * 24);
  expect([lines[0], lines[1], lines.at(-1)]).toEqual(['day,hour,opens', 'Monday,0,0', 'Sunday,23,0']);
});

test('their own files are for those who may see their own page', async () => {
  for (const path of ['/api/tracking/my-stats/daily/export.csv', '/api/tracking/my-stats/hours/export.csv'])
    expect((await http.send('GET', path)).status).toBe(401);
  expect((await member.get('/api/tracking/my-stats/daily/export.csv?days=0')).status).toBe(400);
});
