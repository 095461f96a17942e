import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { dailySchema } from '../contract/daily.ts';
import { hoursSchema } from '../contract/hours.ts';
import { myStatsSchema } from '../contract/my-stats.ts';
import { organizationStatsSchema } from '../contract/organization-stats.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../domain/settings.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let stranger: SignedIn;

const SLOT_AT = Math.floor(Date.now() / 900_000) * 900_000;
const slot = (opens: number) => ({ at: SLOT_AT, opens, uniques: 1, device: 'mobile' as const });

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  member = await joinOrganization(http, owner.organizationId);
  await storeSlots(databases, owner, [slot(7)]);
  await storeSlots(databases, member, [slot(3)]);
  await storeSlots(databases, stranger, [slot(100)]);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function setSettings(settings: Partial<TrackingSettings>): Promise<void> {
  await databases.system
    .updateTable('organization_settings')
    .set({ tracking_settings: { ...DEFAULT_TRACKING_SETTINGS, ...settings } })
    .where('organization_id', '=', owner.organizationId)
    .execute();
}

describe('my-stats', () => {
  test('everybody sees their own figures, in the founding shape, and no cache keeps them', async () => {
    for (const [person, opens] of [
      [owner, 7],
      [member, 3],
      [stranger, 100],
    ] as const) {
      const answer = await person.get('/api/tracking/my-stats');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toContain('no-store');
      expect(myStatsSchema.strict().parse(answer.body).today).toEqual({ opens, unique: 1 });
      expect(answer.body.byDevice).toEqual({ desktop: 0, mobile: 100, tablet: 0 });
    }
  });

  test('signed out it is 401, and the answer is a problem document', async () => {
    for (const path of [
      '/api/tracking/my-stats',
      '/api/tracking/my-stats/daily',
      '/api/admin/tracking/organization-stats',
    ]) {
      const answer = await http.send('GET', path);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test('with the dashboard hidden it is 403 for members and admins, and back when it is shown', async () => {
    await setSettings({ show_user_dashboard: false });
    for (const person of [owner, member])
      for (const path of ['/api/tracking/my-stats', '/api/tracking/my-stats/daily'])
        expect((await person.get(path)).status).toBe(403);
    expect((await stranger.get('/api/tracking/my-stats')).status).toBe(200);
    await setSettings({});
    expect((await member.get('/api/tracking/my-stats')).status).toBe(200);
  });
});

describe('daily', () => {
  test.each([
    ['', 30],
    ['?days=1', 1],
    ['?days=400', 400],
  ])('%j answers %d days, today last', async (query, days) => {
    const answer = await member.get(`/api/tracking/my-stats/daily${query}`);
    const { data } = dailySchema.strict().parse(answer.body);
    expect(data).toHaveLength(days);
    expect(data.at(-1)).toMatchObject({ date: new Date().toISOString().slice(0, 10), opens: 3, unique: 1 });
    expect(data.slice(0, -1).every(({ opens, unique }) => opens === 0 && unique === 0)).toBe(true);
  });

  test.each(['0', 'abc', '100000', '401', '-1', '1.5', '', '1e2', '7&days=8', '%00'])(
    'days=%s is 400 and says what was expected',
    async (days) => {
      const answer = await member.get(`/api/tracking/my-stats/daily?days=${days}`);
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([{ field: 'days', detail: 'expected a whole number from 1 to 400' }]);
      expect(answer.body.detail).toBe('days: expected a whole number from 1 to 400');
    },
  );
});

describe('hours', () => {
  test('seven days of 24 hours, empty for a member without data', async () => {
    const answer = await member.get('/api/tracking/my-stats/hours');
    const { data } = hoursSchema.strict().parse(answer.body);
    expect(data.map(({ day }) => day)[0]).toBe('Monday');
    expect(data.flatMap(({ opens }) => opens).every((opens) => opens === 0)).toBe(true);
    expect((await http.send('GET', '/api/tracking/my-stats/hours')).status).toBe(401);
  });
});

describe('the team’s figures', () => {
  test('per day: their sum is the total, a member gets 403', async () => {
    const path = '/api/admin/tracking/organization-stats/daily';
    const { data } = dailySchema.strict().parse((await owner.get(`${path}?days=7`)).body);
    expect(data).toHaveLength(7);
    expect(data.at(-1)).toMatchObject({ opens: 10, unique: 2 });
    expect((await member.get(path)).status).toBe(403);
    for (const days of ['0', 'abc', '100000']) expect((await owner.get(`${path}?days=${days}`)).status).toBe(400);
  });

  test('an unknown user, another organization’s and what is no id are 404; a deactivated member has a page', async () => {
    for (const userId of [stranger.memberId, '00000000-0000-4000-8000-000000000000', 'me'])
      for (const end of ['stats', 'stats/daily'])
        expect((await owner.get(`/api/admin/tracking/user/${userId}/${end}`)).status).toBe(404);
    const { organizationId, memberId } = member;
    const setDeactivated = (at: Date | null) =>
      databases.system
        .updateTable('organization_users')
        .set({ deactivated_at: at })
        .where('organization_id', '=', organizationId)
        .where('id', '=', memberId)
        .execute();
    await setDeactivated(new Date());
    const answer = await owner.get(`/api/admin/tracking/user/${memberId}/stats`);
    expect(myStatsSchema.strict().parse(answer.body).today).toEqual({ opens: 3, unique: 1 });
    expect((await member.get('/api/tracking/my-stats')).status).toBeGreaterThanOrEqual(401);
    await setDeactivated(null);
  });

  test('a member without data has a page of zeros', async () => {
    const quiet = await joinOrganization(http, owner.organizationId);
    const answer = await quiet.get('/api/tracking/my-stats');
    expect(myStatsSchema.strict().parse(answer.body)).toMatchObject({
      today: { opens: 0, unique: 0 },
      trend: { direction: 'flat', percentage: 0 },
      peakHours: [],
      byDevice: { desktop: 0, mobile: 0, tablet: 0 },
    });
    await databases.system.deleteFrom('organization_users').where('id', '=', quiet.memberId).execute();
  });

  test('an admin sees the whole organization and nobody else’s', async () => {
    const answer = await owner.get('/api/admin/tracking/organization-stats');
    expect(organizationStatsSchema.strict().parse(answer.body)).toEqual({
      totalOpens: 10,
      uniqueOpens: 2,
      activeUsers: 2,
      topPerformers: [
        { userId: owner.memberId, name: 'Olive Owner', opens: 7 },
        { userId: member.memberId, name: 'Max Member', opens: 3 },
      ],
      byDepartment: [{ department: 'No department', opens: 10, users: 2 }],
      days: 30,
      timezone: 'UTC',
    });
    expect((await owner.get('/api/admin/tracking/organization-stats?days=nine')).status).toBe(400);
  });

  test('an admin sees a member’s page as the member does, also while it is hidden from members', async () => {
    await setSettings({ show_user_dashboard: false });
    const answer = await owner.get(`/api/admin/tracking/user/${member.memberId}/stats`);
    expect(myStatsSchema.strict().parse(answer.body).today).toEqual({ opens: 3, unique: 1 });
    const daily = await owner.get(`/api/admin/tracking/user/${member.memberId}/stats/daily?days=2`);
    expect(daily.body.data.at(-1)).toMatchObject({ opens: 3 });
    await setSettings({});
  });

  test('who looks at a member’s page stands in the audit log, once a day; a look at one’s own does not', async () => {
    const paths = ['stats', 'stats/daily?days=2', 'stats'];
    const look = (userId: string) =>
      Promise.all(paths.map((path) => owner.get(`/api/admin/tracking/user/${userId}/${path}`)));
    await Promise.all([look(member.memberId), look(owner.memberId)]);
    const lines = (await owner.get('/api/audit-log?action=member.viewed')).body.data;
    expect(lines).toMatchObject([
      { actor: { userId: owner.memberId }, subject: { id: member.memberId, name: 'Max Member' } },
    ]);
  });

  test('a member is refused, and another organization’s member is not found', async () => {
    const paths = ['/api/admin/tracking/organization-stats', `/api/admin/tracking/user/${member.memberId}/stats`];
    for (const path of paths) expect((await member.get(path)).status).toBe(403);
    expect((await stranger.get(`/api/admin/tracking/user/${member.memberId}/stats`)).status).toBe(404);
    expect((await owner.get('/api/admin/tracking/user/not-an-id/stats')).status).toBe(404);
  });
});
