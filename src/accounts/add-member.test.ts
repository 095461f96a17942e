import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import type { DepartmentId } from '../domain/ids.ts';
import { sha256 } from '../kit/crypto.ts';
import { silentLog } from '../kit/log.ts';
import { type AddMemberTools, addMember, storeDepartment } from './add-member.ts';
import { createAuth } from './create-auth.ts';

let databases: TestDatabase;
let tools: AddMemberTools;

beforeAll(async () => {
  databases = await createTestDatabase();
  const auth = createAuth({
    databases,
    publicUrl: 'http://localhost:3000',
    secret: 'a secret of the tests, long enough',
    log: silentLog,
  });
  tools = { databases, auth, tokenKey: TEST_TOKEN_KEY };
});

afterAll(() => databases.drop());

test('a member is added with person, department, pixel and a password that signs in', async () => {
  const { organizationId } = await seedOrganization(databases);
  const departmentId = await databases.system
    .transaction()
    .execute((trx) => storeDepartment(trx, { organizationId, name: 'Sales' }));
  const again = await databases.system
    .transaction()
    .execute((trx) => storeDepartment(trx, { organizationId, name: 'Sales' }));
  expect(again).toBe(departmentId);

  const added = await addMember(tools, {
    organizationId,
    departmentId,
    name: 'Tom Wilson',
    email: 'Tom@Example.com',
    role: 'member',
    password: 'nine walnut ladders',
    title: 'Account Executive',
  });
  const member = await databases.system
    .selectFrom('organization_users')
    .selectAll()
    .where('id', '=', added.memberId)
    .executeTakeFirst();
  expect(member).toMatchObject({
    department_id: departmentId,
    title: 'Account Executive',
    role: 'member',
    phone: null,
  });
  const pixel = await databases.system
    .selectFrom('signature_user_tracking')
    .selectAll()
    .where('id', '=', added.pixelId)
    .executeTakeFirst();
  expect(pixel).toMatchObject({ user_id: added.memberId, pixel_token_hash: sha256(added.token) });
  const signed = await tools.auth.api.signInEmail({
    body: { email: 'tom@example.com', password: 'nine walnut ladders' },
  });
  expect(signed.user.id).toBe(added.personId);
});

test('one person in two organizations is one account with two members, each with a pixel of its own', async () => {
  const first = await seedOrganization(databases);
  const second = await seedOrganization(databases);
  const person = { name: 'Ada', email: 'both@example.com', role: 'member' as const };
  const one = await addMember(tools, {
    ...person,
    organizationId: first.organizationId,
    password: 'nine walnut ladders',
  });
  const two = await addMember(tools, {
    ...person,
    organizationId: second.organizationId,
    password: 'another set of ladders',
  });
  expect(two.personId).toBe(one.personId);
  expect([one.isNewPerson, two.isNewPerson]).toEqual([true, false]);
  expect(two.memberId).not.toBe(one.memberId);
  expect(two.pixelId).not.toBe(one.pixelId);
  const wrong = tools.auth.api.signInEmail({ body: { email: 'both@example.com', password: 'another set of ladders' } });
  await expect(wrong).rejects.toMatchObject({ status: 'UNAUTHORIZED' });
});

test('who is a member already is refused, and nothing changes', async () => {
  const { organizationId } = await seedOrganization(databases);
  const person = { organizationId, name: 'Ada', email: 'again@example.com', role: 'member' as const };
  await addMember(tools, person);
  await expect(addMember(tools, person)).rejects.toMatchObject({ code: 'email_taken' });
  const pixels = await databases.system
    .selectFrom('signature_user_tracking')
    .select('id')
    .where('organization_id', '=', organizationId)
    .execute();
  expect(pixels).toHaveLength(3);
});

test('a member whose department is not of the organization is not added, and no person is left behind', async () => {
  const { organizationId } = await seedOrganization(databases);
  const other = await seedOrganization(databases);
  const theirs = await databases.system
    .transaction()
    .execute((trx) => storeDepartment(trx, { organizationId: other.organizationId, name: 'Sales' }));
  for (const departmentId of [theirs, randomUUID() as string as DepartmentId]) {
    const attempt = addMember(tools, {
      organizationId,
      departmentId,
      name: 'Eve',
      email: 'eve@example.com',
      role: 'member',
    });
    await expect(attempt).rejects.toThrow(/foreign key/);
  }
  const left = await databases.system.selectFrom('users').select('id').where('email', '=', 'eve@example.com').execute();
  expect(left).toEqual([]);
});
