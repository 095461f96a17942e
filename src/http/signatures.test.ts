import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { signatureSchema } from '../contract/signature.ts';
import { toPurposeKey } from '../kit/crypto.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http, 'Olive "O\'Hara" <Owner>');
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

test('a new member’s signature holds their pixel, escaped fields, and is never cached', async () => {
  const answer = await owner.get('/api/signatures/me');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toContain('no-store');
  const signature = signatureSchema.strict().parse(answer.body);
  expect(signature.pixelUrl).toMatch(/^http:\/\/localhost:3000\/api\/t\/u\/[\w-]{24}\.gif$/);
  expect(signature.html).toContain(signature.pixelUrl);
  expect(signature.html).toContain('Olive &quot;O&#39;Hara&quot; &lt;Owner&gt;');
  expect(signature.text).toContain('Olive "O\'Hara" <Owner>');
  expect(signature.campaigns).toEqual([]);
  expect((await owner.get('/api/signatures/me')).body).toEqual(answer.body);
});

test('a rotation answers the signature with the new pixel', async () => {
  const before = (await owner.get('/api/signatures/me')).body.pixelUrl;
  const answer = await owner.post('/api/signatures/me/rotate');
  expect(answer.status).toBe(200);
  expect(answer.body.pixelUrl).not.toBe(before);
  expect((await owner.get('/api/signatures/me')).body.pixelUrl).toBe(answer.body.pixelUrl);
});

test('signed out it is 401', async () => {
  expect((await http.send('GET', '/api/signatures/me')).status).toBe(401);
  expect((await http.send('POST', '/api/signatures/me/rotate', { headers: { origin: http.url } })).status).toBe(401);
});

test('started with another APP_SECRET the answer says so, and no token leaks into the log', async () => {
  const original = http.context.tokenKey;
  const other = toPurposeKey('another secret of thirty-two characters', 'pixel-token');
  Object.assign(http.context, { tokenKey: other });
  const answer = await owner.get('/api/signatures/me');
  Object.assign(http.context, { tokenKey: original });
  expect(answer.status).toBe(503);
  expect(answer.body).toMatchObject({ code: 'wrong_app_secret', detail: expect.stringContaining('APP_SECRET') });
  expect(http.logLines.some((line) => line.includes('APP_SECRET'))).toBe(true);
});
