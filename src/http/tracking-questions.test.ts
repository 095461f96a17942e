import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, readOperations } from '../../tests/support/operations.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

// Every odd question, to every operation of the published document that takes such a parameter: a new one is asked too.

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let quiet: SignedIn;
let gone: SignedIn;
let stranger: SignedIn;
let campaignId: string;
let operations: readonly Operation[];

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  quiet = await joinOrganization(http, owner.organizationId);
  gone = await joinOrganization(http, owner.organizationId);
  await databases.system
    .updateTable('organization_users')
    .set({ deactivated_at: new Date() })
    .where('id', '=', gone.memberId)
    .execute();
  campaignId = (await owner.post('/api/campaigns', { name: 'Proposal', audience: { everyone: true } })).body.id;
  operations = (await readOperations(http)).filter(({ method }) => method === 'GET');
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const withDays = () => operations.filter(({ queryParameters }) => queryParameters.includes('days'));
const ofMembers = () => operations.filter(({ path }) => /^\/api\/admin\/tracking\/.*\{userId\}/.test(path));
const toPath = (operation: Operation, userId: string) =>
  operation.path.replace('{userId}', userId).replace('{id}', campaignId);

describe('days', () => {
  test.each(['0', 'abc', '100000', '401', '-1', '1.5', '', '1e2', '٣', '7&days=8'])(
    'days=%s is 400 and names the field, wherever days may be asked for',
    async (days) => {
      expect(withDays().length).toBeGreaterThan(6);
      for (const operation of withDays()) {
        const answer = await owner.get(`${toPath(operation, quiet.memberId)}?days=${days}`);
        const { errors, title } = answer.body;
        expect({ of: operation.name, status: answer.status, title, errors }).toEqual({
          of: operation.name,
          status: 400,
          title: 'Bad Request',
          errors: [{ field: 'days', detail: 'expected a whole number from 1 to 400' }],
        });
      }
    },
  );

  test.each(['1', '30', '400', '007'])('days=%s is answered everywhere', async (days) => {
    for (const operation of withDays())
      expect([operation.name, (await owner.get(`${toPath(operation, quiet.memberId)}?days=${days}`)).status]).toEqual([
        operation.name,
        200,
      ]);
  });
});

describe('whose', () => {
  test.each([
    ['an unknown user', () => '00000000-0000-4000-8000-000000000000'],
    ['another organization’s user', () => stranger.memberId],
    ['what is no id', () => 'me'],
    ['a person instead of a member', () => owner.organizationId],
  ])('%s is 404 everywhere', async (_what, toId) => {
    expect(ofMembers().length).toBeGreaterThan(1);
    for (const operation of ofMembers()) {
      const answer = await owner.get(toPath(operation, toId()));
      expect([operation.name, answer.status]).toEqual([operation.name, 404]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test('a deactivated member, and one without data, have pages of zeros everywhere', async () => {
    for (const { memberId } of [gone, quiet])
      for (const operation of ofMembers()) {
        const answer = await owner.get(toPath(operation, memberId));
        expect([operation.name, answer.status]).toEqual([operation.name, 200]);
        expect(answer.text).not.toMatch(/"(?:opens|unique)":[1-9]/);
        expect(answer.text).not.toContain('NaN');
      }
  });

  test('a deactivated member reads nothing any more', async () => {
    for (const operation of operations.filter(({ path }) => path.startsWith('/api/tracking/')))
      expect([operation.name, (await gone.get(operation.path)).status]).toEqual([operation.name, 401]);
  });

  test('an organization without an open has figures of zeros', async () => {
    const { body } = await owner.get('/api/admin/tracking/organization-stats');
    expect(body).toMatchObject({ totalOpens: 0, uniqueOpens: 0, activeUsers: 0, topPerformers: [] });
    expect(body.byDepartment).toEqual([{ department: 'No department', opens: 0, users: 2 }]);
    const campaign = await owner.get(`/api/campaigns/${campaignId}/stats`);
    expect(campaign.body).toMatchObject({ totalOpens: 0, uniqueOpens: 0, topMembers: [], deviceKnownShare: null });
  });
});
