import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { type LiveClient, openLive } from '../../tests/support/live-client.ts';
import { waitFor } from '../../tests/support/running-server.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { systemClock } from '../kit/clock.ts';
import { STREAM_BUFFER_BYTES_MAX } from '../live/live-stream.ts';
import { STREAMS_OF_PERSON_MAX } from '../live/start-live.ts';
import { type BatchContext, createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';

let database: TestDatabase;
let http: StartedHttp;
let context: BatchContext;
let owner: SignedIn;
let member: SignedIn;
let stranger: SignedIn;
const clients: LiveClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  http = await startHttp(database);
  context = createBatchContext({ databases: database, clock: systemClock });
  owner = await signUpOwner(http);
  member = await joinOrganization(http, owner.organizationId);
  stranger = await signUpOwner(http, 'Sid Stranger');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.cut();
});
afterAll(async () => {
  await http.app.close();
  await database.drop();
});

async function watch(person: Pick<SignedIn, 'cookie'>, after?: string | null, server = http): Promise<LiveClient> {
  const headers = { cookie: person.cookie, ...(after ? { 'last-event-id': after } : {}) };
  const client = await openLive(server.url, { headers });
  clients.push(client);
  if (client.status === 200) await waitFor(async () => client.events.length > 0, 'the first event', 5_000);
  return client;
}

let address = 0;

/** As many readers open a mail of the person at this moment; answers when that is stored. */
async function open(person: SignedIn, readers = 1): Promise<void> {
  const { body } = await person.get('/api/signatures/me');
  const { rows } = await sql<{ hash: Buffer }>`
    select pixel_token_hash as hash from signature_user_tracking where user_id = ${person.memberId} and is_active`.execute(
    database.system,
  );
  expect(body.pixelUrl).toContain('/api/t/u/');
  const hits = Array.from({ length: readers }, () => {
    address += 1;
    return makeHit(
      { tokenHash: rows[0]?.hash ?? Buffer.alloc(0) },
      { at: Date.now(), address: `203.0.113.${address}` },
    );
  });
  await processBatch(context, [makeBlock(hits)]);
}

const opens = (client: LiveClient) => client.events.filter(({ event }) => event === 'open');
const isOpen = ({ event }: { event: string }) => event === 'open';

test('an open reaches the screen of its member as it stands in the feed, and nobody else: no admin, no other company', async () => {
  const screens = { member: await watch(member), owner: await watch(owner), stranger: await watch(stranger) };
  await open(member);
  await open(owner);
  await open(stranger);
  for (const [name, person] of Object.entries({ member, owner, stranger })) {
    const client = screens[name as keyof typeof screens];
    await client.find(isOpen);
    const feed = (await person.get('/api/tracking/opens?limit=1')).body.data[0];
    expect(opens(client).map(({ data }) => data)).toEqual([{ ...feed, userId: person.memberId }]);
  }
});

test('no proxy may keep, hold back or change the stream', async () => {
  const { headers } = await watch(member);
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  expect(headers).not.toHaveProperty('content-encoding');
});

test('after a cut the stream goes on behind the last id: nothing missing, nothing twice, on another node too', async () => {
  const other = await startHttp(database);
  try {
    const before = await watch(member);
    await open(member);
    const { id } = await before.find(isOpen);
    before.cut();
    await open(member, 3);
    await open(owner, 2);
    const after = await watch(member, id, other);
    await waitFor(async () => opens(after).length >= 3, 'what was missed');
    await open(member);
    await waitFor(async () => opens(after).length >= 4, 'what came then');
    const ids = opens(after).map(({ data }) => data.id);
    expect(new Set(ids).size).toBe(4);
    expect(after.events.map(({ event }) => event)).not.toContain('reset');
    const feed = (await member.get('/api/tracking/opens?limit=4')).body.data.map((one: { id: string }) => one.id);
    expect([...ids].sort()).toEqual(feed.sort());
  } finally {
    await other.app.close();
  }
});

test.each([
  ['another organization', () => `${stranger.organizationId}.1`],
  ['the future', () => `${owner.organizationId}.999999`],
  ['before anybody watched', () => `${owner.organizationId}.0`],
  ['nowhere', () => 'what is this'],
])('an id from %s is answered with a reset, never with a guess', async (_title, toId) => {
  await watch(owner);
  const client = await watch(owner, toId());
  expect(client.events[0]?.event).toBe('reset');
  await open(owner);
  await client.find(isOpen);
});

test('an id whose entries are purged is answered with a reset', async () => {
  const client = await watch(member);
  const from = client.lastId;
  await open(member, 2);
  await waitFor(async () => opens(client).length === 2, 'both');
  await sql`delete from live_events where organization_id = ${member.organizationId}`.execute(database.system);
  await (await watch(member, from)).find(({ event }) => event === 'reset');
  const upToDate = await watch(member, client.lastId);
  await open(member);
  await upToDate.find(isOpen);
  expect(upToDate.events.map(({ event }) => event)).toEqual(['beat', 'open']);
});

test('hundreds of opens missed, more bytes than a stream may owe, come whole and cut nobody', async () => {
  const client = await watch(member);
  const from = client.lastId;
  client.cut();
  await open(member, 450);
  const back = await watch(member, from);
  await waitFor(async () => opens(back).length >= 450, 'what was missed', 5_000);
  expect(back.text().length).toBeGreaterThan(STREAM_BUFFER_BYTES_MAX);
  expect(new Set(opens(back).map(({ data }) => data.id)).size).toBe(450);
  expect(back.isEnded).toBe(false);
});

test('signed out, there is no stream, and HEAD opens none', async () => {
  expect((await openLive(http.url, {})).status).toBe(401);
  const head = await fetch(`${http.url}/api/live`, { method: 'HEAD', headers: { cookie: member.cookie } });
  expect(head.status).toBe(404);
});

test('a stream ends within two seconds when its session ends, its member is deactivated or its role changes', async () => {
  const stays = await watch(owner);
  const changes = [
    async (person: SignedIn) => person.post('/api/auth/sign-out', {}),
    async ({ memberId }: SignedIn) =>
      sql`update organization_users set deactivated_at = now() where id = ${memberId}`.execute(database.system),
    async ({ memberId }: SignedIn) =>
      sql`update organization_users set role = 'admin' where id = ${memberId}`.execute(database.system),
  ];
  for (const change of changes) {
    const person = await joinOrganization(http, owner.organizationId);
    const client = await watch(person);
    leaving.push({ client, change: () => change(person) });
  }
  await Promise.all(
    leaving.map(async ({ client, change }) => {
      const changedAt = performance.now();
      await change();
      await waitFor(async () => client.isEnded, 'the end', 3_000);
      expect(performance.now() - changedAt).toBeLessThan(2_000);
    }),
  );
  expect(stays.isEnded).toBe(false);
});

const leaving: { client: LiveClient; change: () => Promise<unknown> }[] = [];

test('one stream more than a person may have is refused with words, and room made is room', async () => {
  const person = await joinOrganization(http, owner.organizationId);
  for (let n = 0; n < STREAMS_OF_PERSON_MAX; n += 1) await watch(person);
  const refused = await person.get('/api/live');
  expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
    429,
    'too_many_streams',
    '30',
  ]);
  clients.at(-1)?.cut();
  await waitFor(async () => (await watch(person)).status === 200, 'room', 5_000);
});

test('a key with read:events hears of every open of its organization; another key is refused; a revoked one ends', async () => {
  const make = async (scopes: readonly string[]) =>
    (await owner.post('/api/keys', { name: `key ${scopes}`, scopes })).body;
  const listening = await make(['read:events']);
  const headers = { authorization: `Bearer ${listening.key}` };
  const client = await openLive(http.url, { headers });
  clients.push(client);
  await client.find(({ event }) => event === 'hello');
  await open(member);
  await open(stranger);
  await open(owner);
  await waitFor(async () => opens(client).length === 2, 'both opens of the organization');
  expect(opens(client).map(({ data }) => data.userId)).toEqual([member.memberId, owner.memberId]);
  const other = await openLive(http.url, { headers: { authorization: `Bearer ${(await make(['read:stats'])).key}` } });
  expect(other.status).toBe(403);
  await owner.send('DELETE', `/api/keys/${listening.id}`);
  await waitFor(async () => client.isEnded, 'the end', 3_000);
});

test('where members are not shown their figures, no open is told', async () => {
  const put = async (show: boolean) => {
    const { body } = await owner.get('/api/admin/tracking/settings');
    await owner.send('PUT', '/api/admin/tracking/settings', { ...body, show_user_dashboard: show });
  };
  await put(false);
  const client = await watch(member);
  const key = (await owner.post('/api/keys', { name: 'hears all', scopes: ['read:events'] })).body.key;
  const all = await openLive(http.url, { headers: { authorization: `Bearer ${key}` } });
  clients.push(all);
  await all.find(({ event }) => event === 'hello');
  await open(member);
  await all.find(isOpen);
  expect(opens(client)).toEqual([]);
  await put(true);
  await waitFor(async () => client.isEnded, 'the stream to end, since more may be seen', 3_000);
});

test('a signal reaches its member and the admins as it stands in the list, and again with what became of it', async () => {
  const screens = [await watch(member), await watch(owner)];
  const others = [await watch(stranger), await watch(await joinOrganization(http, owner.organizationId))];
  const signalId = await raise(member);
  for (const screen of screens) {
    const { data } = await screen.find(({ event, data }) => event === 'signal' && data.id === signalId, 'the signal');
    const list = (await member.get('/api/signals')).body.data;
    expect(list).toContainEqual(data);
  }
  await member.post(`/api/signals/${signalId}/outcome`, { outcome: 'reached' });
  for (const screen of screens)
    await screen.find(({ event, data }) => event === 'signal' && data.outcome === 'reached', 'the outcome');
  expect(others.flatMap(({ events }) => events.filter(({ event }) => event === 'signal'))).toEqual([]);
});

test('a signal that a late hit moves to an earlier open is told again as it stands now', async () => {
  const screen = await watch(member);
  const { signalId, tokenHash } = await raiseDeal(member);
  const of = ({ event, data }: { event: string; data: { id: string } }) => event === 'signal' && data.id === signalId;
  const { data: before } = await screen.find(of, 'the signal');
  const late = makeHit({ tokenHash }, { at: Date.parse(before.raisedAt) - 15, address: '198.51.100.99' });
  await processBatch(context, [makeBlock([{ ...late, trackingType: 'campaign' }])]);
  await waitFor(async () => screen.events.filter(of).length === 2, 'the signal as it stands now', 5_000);
  const { data: now } = screen.events.filter(of).at(-1) ?? {};
  expect(Date.parse(now.raisedAt)).toBeLessThan(Date.parse(before.raisedAt));
  expect((await member.get('/api/signals')).body.data).toContainEqual(now);
});

const raise = async (person: SignedIn): Promise<string> => (await raiseDeal(person)).signalId;

/** Three readers open a deal's mail at this moment, as the rule wants it. */
async function raiseDeal(person: SignedIn): Promise<{ signalId: string; tokenHash: Buffer }> {
  const deal = await person.post('/api/campaigns', {
    name: 'Acme Corp Proposal',
    deal: {},
    audience: { userIds: [person.memberId] },
  });
  await person.post(`/api/campaigns/${deal.body.id}/launch`);
  const { rows } = await sql<{ hash: Buffer }>`
    select pixel_token_hash as hash from signature_tracking_pixels where campaign_id = ${deal.body.id}`.execute(
    database.system,
  );
  const tokenHash = rows[0]?.hash ?? Buffer.alloc(0);
  const hits = [0, 1, 2].map((n) =>
    makeHit({ tokenHash }, { at: Date.now() + n * 10, address: `198.51.100.${n}`, trackingType: 'campaign' }),
  );
  await processBatch(context, [makeBlock(hits)]);
  const found = await sql<{ id: string }>`
    select id from signals where user_id = ${person.memberId} and rule = 'hot' order by created_at desc`.execute(
    database.system,
  );
  return { signalId: found.rows[0]?.id ?? 'none was raised', tokenHash };
}

test('an open that a scanner turns out to have made is withdrawn', async () => {
  const client = await watch(member);
  await open(member);
  const { data } = await client.find(isOpen);
  await database.system.transaction().execute(async (trx) => {
    await sql`delete from signature_tracking_events where id = ${data.id}::bigint`.execute(trx);
    await sql`select app_private.append_live(array[${member.organizationId}]::uuid[], array[${member.memberId}]::uuid[],
      array['open'], array[${data.id}], array[${Date.parse(data.at)}]::float8[])`.execute(trx);
  });
  const told = await client.find(({ event }) => event === 'withdrawn');
  expect(told.data).toEqual({ kind: 'open', id: data.id });
});

test('a server that stops ends its streams and says when to come back', async () => {
  const server = await startHttp(database);
  const client = await watch(member, null, server);
  await server.app.close();
  await waitFor(async () => client.isEnded, 'the end');
  const [, retryMs] = /retry: (\d+)\n\n$/.exec(client.text()) ?? [];
  expect(Number(retryMs)).toBeGreaterThanOrEqual(500);
});
