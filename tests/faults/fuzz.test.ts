import { afterEach, expect, test } from 'vitest';
import { toPurposeKey } from '../../src/kit/crypto.ts';
import { type FuzzActor, fuzzApi } from '../support/fuzz-api.ts';
import { printFault } from '../support/print-fault.ts';
import { makeTempFolder, removeFolder, startServer } from '../support/running-server.ts';
import { joinOrganization, signUpOwner } from '../support/sign-in-people.ts';
import { startHttp } from '../support/start-http.ts';
import { createTestDatabase } from '../support/test-database.ts';

// Requests made of the OpenAPI document and spoiled, from a stranger, a member, an administrator and a key of one
// organization, with another one's ids among theirs. `npm run test:faults` sends 100,000.

const IS_LONG = process.env.FAULTS === 'long';
const REQUESTS = Number(process.env.FAULT_REQUESTS ?? (IS_LONG ? 100_000 : 2_000));
const SEED = Number(process.env.FAULT_SEED ?? 20_261_121);
/** Between a tenth of the requests and the end; what a heap grows by before it is collected. */
const GROWTH_MB_MAX = 120;
const SECRET = 'the same secret for both servers of this test';
const PASSWORD = 'nine walnut ladders';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('whatever is asked of the API, it answers without an error of its own, tells nothing of others, and does not grow', async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const http = await startHttp(database, { tokenKey: toPurposeKey(SECRET, 'pixel-token') });
  const zebra = await signUpOwner(http, 'Zebrafinch Owner');
  const zebraIds = [zebra.memberId, zebra.organizationId];
  for (const [path, body] of [
    ['/api/departments', { name: 'Zebrafinch Sales' }],
    [
      '/api/campaigns',
      { name: 'Zebrafinch proposal', audience: { everyone: true }, variants: [{ label: 'Zebrafinch A' }] },
    ],
    ['/api/keys', { name: 'Zebrafinch key', scopes: ['admin'] }],
  ] as const) {
    const made = await zebra.post(path, body);
    expect(made.status, made.text).toBe(201);
    zebraIds.push(made.body.id);
  }
  const owner = await signUpOwner(http, 'Olive Owner');
  const emails: string[] = [];
  for (const role of ['admin', 'member'] as const) {
    const joined = await joinOrganization(http, owner.organizationId, { role, name: `An ${role}` });
    const person = database.system.selectFrom('users as person');
    const { email } = await person
      .innerJoin('organization_users as member', 'member.user_id', 'person.id')
      .where('member.id', '=', joined.memberId)
      .select('person.email')
      .executeTakeFirstOrThrow();
    emails.push(email);
  }
  const { key } = (await owner.post('/api/keys', { name: 'A key', scopes: ['admin'] })).body;
  const { body: document } = await http.send('GET', '/api/openapi.json');
  await http.app.close();

  const dataDir = await makeTempFolder();
  closers.push(() => removeFolder(dataDir));
  const env = { DATABASE_URL: database.ownerUrl, APP_SECRET: SECRET, LOG_LEVEL: 'error' };
  const server = await startServer({ dataDir, env });
  closers.push(() => server.stop());

  const signIn = (name: string, email: string): FuzzActor => {
    let headers: Record<string, string> = {};
    return {
      name,
      async headers() {
        const session = await fetch(`${server.url}/api/session`, { headers });
        if (session.ok) return headers;
        const answer = await fetch(`${server.url}/api/auth/sign-in/email`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: server.url },
          body: JSON.stringify({ email, password: PASSWORD }),
        });
        const cookie = answer.headers.getSetCookie().find((value) => value.includes('session_token='));
        headers = { cookie: cookie?.split(';')[0] ?? '', origin: `http://localhost:${server.port}` };
        return headers;
      },
    };
  };
  const isSignedIn = async (actor: FuzzActor) =>
    (await fetch(`${server.url}/api/session`, { headers: await actor.headers() })).ok;
  const actors: FuzzActor[] = [
    { name: 'stranger', headers: async () => ({ origin: `http://localhost:${server.port}` }) },
    signIn('admin', emails[0] ?? ''),
    signIn('member', emails[1] ?? ''),
    { name: 'key', headers: async () => ({ authorization: `Bearer ${key}` }) },
  ];
  expect(await Promise.all(actors.map(isSignedIn))).toEqual([false, true, true, false]);
  const ids = [...zebraIds, owner.memberId, owner.organizationId];
  const report = await fuzzApi({
    url: server.url,
    pid: server.pid,
    document,
    actors,
    ids,
    secrets: ['Zebrafinch'],
    count: REQUESTS,
    seed: SEED,
  });
  const { failures, leaks, rssMb } = report;
  const more = `5xx or broken off ${failures.length}, told of others ${leaks.length}, by status ${JSON.stringify(report.answers)}`;
  const memory = `RSS ${rssMb.map(Math.round).join(' to ')} MB, operations ${report.succeeded}, seed ${SEED}`;
  const figures = { answered: report.requests - failures.length, stored: 0, lost: 0, doubled: 0 };
  printFault(`${report.requests} fuzzed requests`, figures, `${more}, ${memory}`);
  expect(failures.slice(0, 20)).toEqual([]);
  expect(leaks.slice(0, 20)).toEqual([]);
  expect(report.answers['2xx']).toBeGreaterThan(REQUESTS / 50);
  expect(rssMb[1] - rssMb[0]).toBeLessThan(GROWTH_MB_MAX);
  expect((await fetch(`${server.url}/readyz`)).ok).toBe(true);
  expect(server.output()).not.toContain('"level":60');
}, 3_600_000);
