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
