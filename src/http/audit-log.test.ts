import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { OPERATOR, recordAudit } from '../audit/record-audit.ts';
import { withTenant } from '../db/with-tenant.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let admin: SignedIn;
let stranger: SignedIn;

const LINES = 5;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  admin = await joinOrganization(http, owner.organizationId, { role: 'admin' });
  for (let n = 0; n < LINES; n += 1) {
    await withTenant(databases, owner.organizationId, (trx) =>
      recordAudit(trx, {
        organizationId: owner.organizationId,
        actor: n === 0 ? OPERATOR : { id: n % 2 === 0 ? owner.memberId : admin.memberId, name: '=cmd "x"' },
        action: n < 3 ? 'member.changed' : 'department.created',
        subject: { id: null, name: `Thing ${n}` },
        after: { n },
      }),
    );
  }
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const subjects = async (query: string, by = owner) =>
  (await by.get(`/api/audit-log${query}`)).body.data.map((line: { subject: { name: string } }) => line.subject.name);

test('newest first, from page to page without a gap', async () => {
  const first = (await owner.get('/api/audit-log?limit=3')).body;
  const second = (await owner.get(`/api/audit-log?limit=3&cursor=${first.next}`)).body;
  const names = [...first.data, ...second.data].map((line) => line.subject.name);
  expect(names).toEqual(['Thing 4', 'Thing 3', 'Thing 2', 'Thing 1', 'Thing 0']);
  expect(second.next).toBeNull();
});

test('filtered by who, what and when', async () => {
  expect(await subjects(`?actor=${admin.memberId}`)).toEqual(['Thing 3', 'Thing 1']);
  expect(await subjects('?action=department.created')).toEqual(['Thing 4', 'Thing 3']);
  const lines: { at: string; subject: { name: string } }[] = (await owner.get('/api/audit-log')).body.data;
  const middle = lines[2]?.at ?? '';
  // Two of them may have been written within one millisecond.
  const since = lines.filter((line) => line.at >= middle).map((line) => line.subject.name);
  expect(await subjects(`?from=${encodeURIComponent(middle)}`)).toEqual(since);
  expect(await subjects(`?to=${encodeURIComponent(middle)}`)).toEqual(
    lines.slice(since.length).map((line) => line.subject.name),
  );
  for (const wrong of ['?actor=me', '?action=party', '?from=yesterday', '?limit=0', '?cursor=x'])
    expect((await owner.get(`/api/audit-log${wrong}`)).status, wrong).toBe(400);
});

test('as a file: every line, quoted, and nothing in it runs as a formula', async () => {
  const file = await owner.get('/api/audit-log/export.csv?action=department.created');
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(file.headers.get('content-disposition')).toContain('audit-log.csv');
  const [head, newest, ...rest] = file.text.trim().split('\r\n');
  expect(head).toBe('at,actor_id,actor,action,subject_id,subject,before,after');
  expect(newest).toContain(`${owner.memberId},"'=cmd ""x""",department.created,,Thing 4,,"{""n"":4}"`);
  expect(rest).toHaveLength(1);
});

test('admins only, and only their own organization’s', async () => {
  const member = await joinOrganization(http, owner.organizationId);
  for (const path of ['/api/audit-log', '/api/audit-log/export.csv']) {
    expect((await member.get(path)).status).toBe(403);
    expect((await http.send('GET', path)).status).toBe(401);
  }
  expect(await subjects('', stranger)).toEqual([]);
  expect(await subjects('', admin)).toHaveLength(LINES);
});

test('the application can neither change nor delete a line', async () => {
  const { organizationId } = owner;
  await expect(withTenant(databases, organizationId, (trx) => trx.deleteFrom('audit_log').execute())).rejects.toThrow(
    'permission denied',
  );
  await expect(
    withTenant(databases, organizationId, (trx) => trx.updateTable('audit_log').set({ subject: '' }).execute()),
  ).rejects.toThrow('permission denied');
});
