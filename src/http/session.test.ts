import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;
let http: StartedHttp;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

test('whether anybody is signed in is answered without an error, to whoever asks', async () => {
  const answer = await http.send('GET', '/api/session/state');
  expect([answer.status, answer.body]).toEqual([200, { session: null }]);
  const forged = await http.send('GET', '/api/session/state', { headers: { cookie: 'mailtracker.session_token=x.y' } });
  expect([forged.status, forged.body]).toEqual([200, { session: null }]);
});

test('who is signed in reads the same from both', async () => {
  const owner = await signUpOwner(http);
  const session = (await owner.get('/api/session')).body;
  expect((await owner.get('/api/session/state')).body).toEqual({ session });
});

test('a key is no person here either', async () => {
  const answer = await http.send('GET', '/api/session/state', { headers: { authorization: 'Bearer mt_none' } });
  expect(answer.status).toBe(401);
});
