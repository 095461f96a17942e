import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Receiver, startReceiver } from '../../tests/support/receiver.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { deliveryDetailSchema, deliveryListSchema } from '../contract/delivery.ts';
import { createdDestinationSchema, destinationListSchema, destinationSchema } from '../contract/destination.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let receiver: Receiver;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await sql`delete from destinations`.execute(databases.system);
});
afterAll(async () => {
  await http.app.close();
  await http.context.delivery.close();
  await databases.drop();
});

const webhook = (more: object = {}) => ({
  type: 'webhook',
  name: 'Our CRM',
  url: receiver.url,
  events: ['event_created', 'signal_raised'],
  ...more,
});

async function add(more: object = {}) {
  const answer = await owner.post('/api/destinations', webhook(more));
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return createdDestinationSchema.strict().parse(answer.body);
}

test('adding a webhook answers its secret once, and sends nothing', async () => {
  const made = await add();
  expect(made).toMatchObject({
    name: 'Our CRM',
    state: 'active',
    health: 'unused',
    minimumLevel: null,
    campaignIds: null,
  });
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const list = await owner.get('/api/destinations');
  expect(destinationListSchema.strict().parse(list.body).data).toHaveLength(1);
  const one = await owner.get(`/api/destinations/${made.id}`);
  expect(destinationSchema.strict().parse(one.body)).toMatchObject({ id: made.id });
  expect(list.text + one.text).not.toContain(made.secret);
  expect(receiver.received).toEqual([]);
});

test('a test message is real, signed, its answer is shown, and a delivery stands in the log', async () => {
  const made = await add();
  receiver.answer((response) => void response.end('thank you'));
  const sent = await owner.post(`/api/destinations/${made.id}/test`);
  const detail = deliveryDetailSchema.strict().parse(sent.body);
  expect(detail).toMatchObject({ type: 'test', state: 'delivered', lastStatus: 200 });
  expect(detail.attempts).toMatchObject([{ outcome: 'delivered', status: 200, answer: 'thank you' }]);
  expect(receiver.received).toHaveLength(1);
  expect(receiver.verify(receiver.received[0]!, made.secret ?? '')).toMatchObject({
    type: 'test',
    data: { id: detail.id },
  });
  const log = deliveryListSchema.strict().parse((await owner.get(`/api/destinations/${made.id}/deliveries`)).body);
  expect(log.data.map(({ id }) => id)).toEqual([detail.id]);
  expect((await owner.get(`/api/destinations/${made.id}`)).body.health).toBe('good');
});

test('a test that fails is not tried again, and says what was answered', async () => {
  const made = await add();
  receiver.answer((response) => void response.writeHead(500).end('no such table'));
  const sent = await owner.post(`/api/destinations/${made.id}/test`);
  expect(sent.body).toMatchObject({ state: 'given_up', reason: 'status_500', nextTryAt: null });
  expect(sent.body.attempts[0].answer).toBe('no such table');
});

test('more than ten tests a minute are refused, and sent to nobody', async () => {
  const made = await add();
  const answers = await Promise.all(Array.from({ length: 12 }, () => owner.post(`/api/destinations/${made.id}/test`)));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(receiver.received).toHaveLength(10);
});

test.each([
  [{ url: 'https://10.0.0.1/in' }, 'url'],
  [{ url: 'http://example.com/in' }, 'url'],
  [{ url: 'nonsense' }, 'url'],
  [{ url: undefined }, 'url'],
  [{ url: 'https://user:pass@example.com' }, 'url'],
  [{ token: 'abc' }, 'token'],
  [{ name: ' ' }, 'name'],
  [{ events: [] }, 'events'],
  [{ events: ['opened'] }, 'events.0'],
  [{ type: 'fax' }, 'type'],
  [{ minimumLevel: 'cold' }, 'minimumLevel'],
  [{ campaignIds: ['11111111-1111-4111-8111-111111111111'] }, 'campaignIds'],
])('%o is refused with the field named', async (wrong, field) => {
  const answer = await owner.post('/api/destinations', webhook(wrong));
  expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
  expect((await owner.get('/api/destinations')).body.data).toEqual([]);
});

test('a name is taken once', async () => {
  await add();
  expect((await owner.post('/api/destinations', webhook())).status).toBe(409);
});

test('a change keeps what is left out, and moving it keeps the secret', async () => {
  const made = await add({ minimumLevel: 'hot' });
  const other = await startReceiver();
  const path = `/api/destinations/${made.id}`;
  const changed = await owner.send('PATCH', path, { name: 'Renamed', url: `${other.url}/new` });
  expect(changed.body).toMatchObject({
    name: 'Renamed',
    minimumLevel: 'hot',
    label: expect.stringMatching(/^127\.0\.0\.1:\d+\/…$/),
  });
  await owner.post(`${path}/test`);
  expect(other.verify(other.received[0]!, made.secret ?? '')).toBeTruthy();
  await other.close();
  expect((await owner.send('PATCH', path, {})).status).toBe(400);
  expect((await owner.send('PATCH', path, { url: 'https://10.1/' })).status).toBe(400);
});

test('pause, resume, rotate, delete, each with its line in the audit log and none with a secret', async () => {
  const made = await add();
  const path = `/api/destinations/${made.id}`;
  expect((await owner.post(`${path}/pause`)).body.health).toBe('paused');
  expect((await owner.post(`${path}/resume`)).body.state).toBe('active');
  const rotated = await owner.post(`${path}/rotate-secret`);
  expect(rotated.body.secret).not.toBe(made.secret);
  expect((await owner.send('DELETE', path)).status).toBe(204);
  expect((await owner.get(path)).status).toBe(404);
  const log = await owner.get('/api/audit-log');
  expect(log.body.data.slice(0, 5).map((line: { action: string }) => line.action)).toEqual([
    'destination.deleted',
    'destination.secret_rotated',
    'destination.changed',
    'destination.changed',
    'destination.created',
  ]);
  for (const secret of [made.secret, rotated.body.secret])
    expect(log.text + http.logLines.join('\n')).not.toContain(secret);
});

test('deliveries come page by page and by state, and one of them may be sent again', async () => {
  const made = await add();
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1)
    ids.unshift((await owner.post(`/api/destinations/${made.id}/test`)).body.id);
  const path = `/api/destinations/${made.id}/deliveries`;
  const first = (await owner.get(`${path}?limit=2`)).body;
  const second = (await owner.get(`${path}?limit=2&cursor=${first.next}`)).body;
  expect([...first.data, ...second.data].map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
  expect(second.next).toBeNull();
  expect((await owner.get(`${path}?state=given_up`)).body.data).toEqual([]);
  const file = (await owner.get(`${path}/export.csv`)).text.trim().split('\r\n');
  expect(file.map((line) => line.split(',')[0])).toEqual(
    ['id', ...first.data, ...second.data].map((one) => one.id ?? one),
  );
  expect((await owner.get(`${path}?state=lost`)).status).toBe(400);
  expect((await owner.get(`${path}?cursor=x`)).status).toBe(400);
  expect((await owner.post(`/api/deliveries/${ids[0]}/replay`)).status).toBe(409);

  await sql`update deliveries set type = 'event_created', state = 'given_up' where id = ${ids[0]}`.execute(
    databases.system,
  );
  expect((await owner.post(`/api/deliveries/${ids[0]}/replay`)).body).toMatchObject({ state: 'waiting', tries: 0 });
  await sql`update deliveries set type = 'event_created', state = 'given_up', finished_at = now() where id = ${ids[1]}`.execute(
    databases.system,
  );
  const range = { from: new Date(Date.now() - 60_000).toISOString() };
  expect((await owner.post(`/api/destinations/${made.id}/replay`, range)).body).toEqual({
    replayed: 1,
    isComplete: true,
  });
  expect((await owner.post(`/api/destinations/${made.id}/replay`, { from: 'yesterday' })).status).toBe(400);
});

test('a member may not look, and a key needs write:destinations', async () => {
  expect((await member.get('/api/destinations')).status).toBe(403);
  const keyFor = async (scope: string) => (await owner.post('/api/keys', { name: scope, scopes: [scope] })).body.key;
  const ask = async (scope: string) =>
    (await http.send('GET', '/api/destinations', { headers: { authorization: `Bearer ${await keyFor(scope)}` } }))
      .status;
  expect(await ask('read:stats')).toBe(403);
  expect(await ask('write:destinations')).toBe(200);
});

test('an organization has 50 destinations at most, however many are added at once', async () => {
  await sql`insert into destinations (organization_id, type, name, label, credentials_sealed)
    select ${owner.organizationId}, 'webhook', 'Number ' || n, 'x', '\\x00' from generate_series(1, 48) n`.execute(
    databases.system,
  );
  const answers = await Promise.all(
    [1, 2, 3, 4].map((n) => owner.post('/api/destinations', webhook({ name: `Last ${n}` }))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
});

test('credentials are in no export', async () => {
  const made = await add();
  const answer = await owner.get('/api/privacy/export?of=organization');
  expect(answer.text).toContain('"destinations"');
  expect(answer.text).not.toContain(made.secret);
  expect(answer.text).not.toContain('credentials_sealed');
});
