import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import type { AddMemberTools } from '../accounts/add-member.ts';
import { createAuth } from '../accounts/create-auth.ts';
import { silentLog } from '../kit/log.ts';
import { userCreate } from './user-create.ts';

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

test('a person joins the organization named by id, slug or name, with a password that is told once and signs in', async () => {
  const { organizationId } = await seedOrganization(databases, { name: 'Only One' });
  const { slug } = await databases.system
    .selectFrom('organizations')
    .select('slug')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  for (const [index, organization] of [organizationId, organizationId.toUpperCase(), slug, 'Only One'].entries()) {
    const email = `join${index}@example.com`;
    const made = await userCreate(tools, { name: 'Joe', email, organization, role: 'admin' });
    expect(made).toMatchObject({ organizationId, role: 'admin', isNewPerson: true });
    const signed = await tools.auth.api.signInEmail({ body: { email, password: made.password ?? '' } });
    expect(signed.user.email).toBe(email);
  }
});

test('a new organization is made only when asked for, and its first person owns it', async () => {
  const wanted = { name: 'Ann', email: 'ann@example.com', organization: 'Brand New', password: 'nine walnut ladders' };
  await expect(userCreate(tools, wanted)).rejects.toMatchObject({ code: 'unknown_organization' });
  const made = await userCreate(tools, { ...wanted, isNewOrganization: true });
  expect(made).toMatchObject({ role: 'owner', password: null, isNewPerson: true });
  const settings = await databases.system
    .selectFrom('organization_settings')
    .select('organization_id')
    .where('organization_id', '=', made.organizationId)
    .execute();
  expect(settings).toHaveLength(1);
});

test('a name that several organizations bear is refused and their slugs are told', async () => {
  await seedOrganization(databases, { name: 'Twins' });
  await seedOrganization(databases, { name: 'Twins' });
  const attempt = userCreate(tools, { name: 'Joe', email: 'twin@example.com', organization: 'Twins' });
  await expect(attempt).rejects.toThrow(/Use a slug: acme-[0-9a-f]{8}, acme-[0-9a-f]{8}/);
});

test('a weak password makes nothing', async () => {
  const attempt = userCreate(tools, {
    name: 'Joe',
    email: 'w@example.com',
    organization: 'Weak',
    isNewOrganization: true,
    password: 'password1',
  });
  await expect(attempt).rejects.toMatchObject({ code: 'password_too_common' });
  expect(await databases.system.selectFrom('organizations').select('id').where('name', '=', 'Weak').execute()).toEqual(
    [],
  );
});
