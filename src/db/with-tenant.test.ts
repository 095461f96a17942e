import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { withTenant } from './with-tenant.ts';

let databases: TestDatabase;
let acme: SeededOrganization;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases);
});
afterAll(() => databases.drop());

test('an organization sees its own rows and nobody else’s', async () => {
  const members = await withTenant(databases, acme.organizationId, (trx) =>
    trx.selectFrom('organization_users').select('organization_id').execute(),
  );
  expect(members).toHaveLength(acme.members.length);
  expect(new Set(members.map((row) => row.organization_id))).toEqual(new Set([acme.organizationId]));
});
