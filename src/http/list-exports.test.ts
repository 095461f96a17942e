import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let colleague: SignedIn;
let stranger: SignedIn;
const FORMULA = '=HYPERLINK("http://evil.example")';

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  member = await joinOrganization(http, owner.organizationId);
  colleague = await joinOrganization(http, owner.organizationId, { name: '@Cora' });
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

/** The lines of a file without its head, which is expected first; cells that hold no comma stay apart. */
async function readFile(who: SignedIn, path: string, head: string): Promise<readonly string[][]> {
  const answer = await who.get(path);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const [first, ...lines] = answer.text.trimEnd().split('\r\n');
  expect(first).toBe(head);
  return lines.map((line) => line.split(','));
}

async function keyOf(who: SignedIn, scope: string): Promise<Record<string, string>> {
  const { key } = (await who.post('/api/keys', { name: scope, scopes: [scope] })).body;
  return { authorization: `Bearer ${key}` };
}

/** A minute apart, the first one a minute ago. */
async function storeSignals(of: SignedIn, count: number, title: string): Promise<void> {
  await sql`insert into signals (organization_id, user_id, pixel_id, rule, level, confidence, title, reasons, device, raised_at, fades_at, created_at)
    select ${of.organizationId}, ${of.memberId}, gen_random_uuid(), 'hot', 'hot', 'certain', ${title},
      '[{"code": "opens_within", "opens": 3, "minutes": 5}]', 'mobile', at, at + interval '30 minutes', at
    from (select date_trunc('milliseconds', now()) - n * interval '1 minute' as at from generate_series(1, ${count}::int) n) times`.execute(
    databases.system,
  );
}

const SIGNALS =
  'id,raised_at,level,rule,confidence,title,campaign_id,user_id,user,sentence,device,more_opens,fades_at,outcome,silenced_for';

test('a member saves their signals over several pages, an admin everybody’s, a stranger none of them', async () => {
  const path = '/api/signals/export.csv';
  await storeSignals(member, 450, FORMULA);
  await storeSignals(colleague, 1, 'Acme');
  const mine = await readFile(member, path, SIGNALS);
  expect(mine).toHaveLength(450);
  expect(new Set(mine.map(([id]) => id)).size).toBe(450);
  const times = mine.map(([, raisedAt = '']) => raisedAt);
  expect(times).toEqual([...times].sort().reverse());
  const { data } = (await member.get('/api/signals?limit=1')).body;
  const [id, raisedAt, ...rest] = mine[0] ?? [];
  expect([id, raisedAt]).toEqual([data[0].id, data[0].raisedAt]);
  expect(rest.join(',')).toBe(
    `hot,hot,certain,"'=HYPERLINK(""http://evil.example"")",,${member.memberId},Max Member,${data[0].sentence},mobile,0,${data[0].fadesAt},,`,
  );
  expect(await readFile(owner, path, SIGNALS)).toHaveLength(451);
  expect(await readFile(owner, `${path}?userId=${colleague.memberId}`, SIGNALS)).toHaveLength(1);
  expect(await readFile(member, `${path}?userId=${colleague.memberId}`, SIGNALS)).toHaveLength(450);
  expect((await readFile(member, `${path}?state=current`, SIGNALS)).length).toBeLessThan(31);
  expect(await readFile(stranger, path, SIGNALS)).toEqual([]);
  expect((await http.send('GET', path)).status).toBe(401);
  expect((await http.send('GET', path, { headers: await keyOf(owner, 'read:stats') })).status).toBe(403);
  expect((await owner.get(`${path}?state=old`)).status).toBe(400);
});

const CAMPAIGNS =
  'id,name,description,status,kind,variants,owner_id,starts_at,ends_at,created_at,opens,unique,last_open_day';

test('campaigns are saved with the figures that the list shows; a member gets figures of their own deals only', async () => {
  const path = '/api/campaigns/export.csv';
  const team = await owner.post('/api/campaigns', {
    ...{ name: FORMULA, audience: { everyone: true }, variants: [{ label: 'A' }, { label: 'B' }] },
  });
  await owner.post(`/api/campaigns/${team.body.id}/launch`);
  const deal = (await member.post('/api/campaigns', { name: '+49 Deal', deal: {} })).body;
  await sql`insert into tracking_rollup_campaigns (organization_id, campaign_id, day, verdict, device, events, opens, uniques)
    select ${owner.organizationId}, id, '2026-03-02', 'human', 'mobile', 7, 7, 4 from unnest(${[team.body.id, deal.id]}::uuid[]) id`.execute(
    databases.system,
  );
  const lines = await readFile(owner, path, CAMPAIGNS);
  expect(lines.map((line) => [line[0], ...line.slice(-3)])).toEqual([
    [deal.id, '7', '4', '2026-03-02'],
    [team.body.id, '7', '4', '2026-03-02'],
  ]);
  expect(lines[0]?.slice(1, 7)).toEqual(["'+49 Deal", '', deal.status, 'deal', '', member.memberId]);
  expect(lines[1]?.slice(1, 6)).toEqual([`"'=HYPERLINK(""http://evil.example"")"`, '', 'active', 'everyone', 'A | B']);
  const mine = await readFile(member, path, CAMPAIGNS);
  expect(mine.map((line) => [line[0], ...line.slice(-3)])).toEqual([
    [deal.id, '7', '4', '2026-03-02'],
    [team.body.id, '', '', ''],
  ]);
  expect((await readFile(colleague, path, CAMPAIGNS)).map(([id]) => id)).toEqual([team.body.id]);
  expect(await readFile(stranger, path, CAMPAIGNS)).toEqual([]);
  expect((await http.send('GET', path)).status).toBe(401);
  expect((await http.send('GET', path, { headers: await keyOf(owner, 'write:campaigns') })).status).toBe(403);
});

const PEOPLE = 'user_id,name,email,role,title,phone,timezone,department,tracking_mode,status,created_at';

test('an admin saves the members by name, filtered as the list is; nobody else may', async () => {
  const path = '/api/members/export.csv';
  const department = (await owner.post('/api/departments', { name: '-Sales' })).body;
  await owner.send('PATCH', `/api/members/${member.memberId}`, { departmentId: department.id, phone: '+49 30 1' });
  const lines = await readFile(owner, path, PEOPLE);
  expect(lines.map(([userId]) => userId)).toEqual([colleague, member, owner].map(({ memberId }) => memberId));
  expect(lines[0]?.[1]).toBe("'@Cora");
  expect(lines[1]?.slice(3, 10)).toEqual(['member', '', "'+49 30 1", '', "'-Sales", '', 'active']);
  expect(await readFile(owner, `${path}?departmentId=${department.id}`, PEOPLE)).toHaveLength(1);
  expect(await readFile(owner, `${path}?status=deactivated`, PEOPLE)).toEqual([]);
  expect((await readFile(stranger, path, PEOPLE)).map(([, name]) => name)).toEqual(['Sven Stranger']);
  expect((await member.get(path)).status).toBe(403);
  expect((await http.send('GET', path)).status).toBe(401);
  expect((await http.send('GET', path, { headers: await keyOf(owner, 'read:events') })).status).toBe(403);
  expect((await http.send('GET', path, { headers: await keyOf(owner, 'admin') })).status).toBe(200);
});
