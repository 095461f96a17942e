import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { openDatabases } from './open-databases.ts';
import { withTenant } from './with-tenant.ts';

let databases: TestDatabase;
let acme: SeededOrganization;
let other: SeededOrganization;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases);
  other = await seedOrganization(databases);
});
afterAll(() => databases.drop());

test('an organization sees its own rows and nobody else’s', async () => {
  const seen = await withTenant(databases, acme.organizationId, async (trx) => ({
    members: await trx.selectFrom('organization_users').select('organization_id').execute(),
    organizations: await trx.selectFrom('organizations').select('id').execute(),
    people: await trx.selectFrom('users').select('id').execute(),
    pixels: await trx.selectFrom('signature_tracking_pixels').select('organization_id').execute(),
    others: await trx
      .selectFrom('signature_user_tracking')
      .select('id')
      .where('organization_id', '=', other.organizationId)
      .execute(),
  }));
  expect(seen.members).toEqual(acme.members.map(() => ({ organization_id: acme.organizationId })));
  expect(seen.organizations).toEqual([{ id: acme.organizationId }]);
  expect(seen.people.map((row) => row.id).sort()).toEqual(acme.members.map((member) => member.personId).sort());
  expect(seen.pixels).toEqual([{ organization_id: acme.organizationId }]);
  expect(seen.others).toEqual([]);
});

test('the system role sees every organization', async () => {
  const rows = await databases.system.selectFrom('organizations').select('id').execute();
  expect(rows.map((row) => row.id).sort()).toEqual([acme.organizationId, other.organizationId].sort());
});

test('without a tenant the application sees no rows at all', async () => {
  expect(await databases.app.selectFrom('organization_users').selectAll().execute()).toEqual([]);
  expect(await databases.app.selectFrom('organizations').selectAll().execute()).toEqual([]);
  expect(await databases.app.selectFrom('users').select('id').execute()).toEqual([]);
  expect(await databases.app.selectFrom('signature_tracking_events').selectAll().execute()).toEqual([]);
});

test('a connection that served one organization carries nothing over to the next query', async () => {
  const single = openDatabases(databases.ownerUrl, { poolMax: 1 });
  try {
    const before = await withTenant(single, acme.organizationId, (trx) =>
      sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx),
    );
    const after = await sql<{ pid: number; organization: string | null; role: string }>`
      select pg_backend_pid() as pid, app_private.current_organization() as organization, current_user as role`.execute(
      single.app,
    );
    expect(after.rows).toEqual([{ pid: before.rows[0]?.pid, organization: null, role: 'mailtracker_app' }]);
    expect(await single.app.selectFrom('organization_users').selectAll().execute()).toEqual([]);
  } finally {
    await single.close();
  }
});

test('writing a row for another organization is refused', async () => {
  const write = withTenant(databases, acme.organizationId, (trx) =>
    trx.insertInto('departments').values({ organization_id: other.organizationId, name: 'Sales' }).execute(),
  );
  await expect(write).rejects.toThrow(/row-level security/);
  const move = withTenant(databases, acme.organizationId, (trx) =>
    trx.updateTable('signature_campaigns').set({ organization_id: other.organizationId }).execute(),
  );
  await expect(move).rejects.toThrow(/row-level security/);
});

test('another organization’s rows can be neither changed nor deleted', async () => {
  const touched = await withTenant(databases, acme.organizationId, async (trx) => ({
    changed: await trx
      .updateTable('signature_campaigns')
      .set({ name: 'taken over' })
      .where('id', '=', other.campaign.campaignId)
      .executeTakeFirst(),
    deleted: await trx
      .deleteFrom('organization_users')
      .where('organization_id', '=', other.organizationId)
      .executeTakeFirst(),
  }));
  expect(touched.changed.numUpdatedRows).toBe(0n);
  expect(touched.deleted.numDeletedRows).toBe(0n);
});

test('sign-in’s tables are closed to the application', async () => {
  for (const table of ['sessions', 'accounts', 'verifications', 'user_two_factors', 'visitor_keys'] as const) {
    const read = withTenant(databases, acme.organizationId, (trx) => trx.selectFrom(table).selectAll().execute());
    await expect(read, table).rejects.toThrow(/permission denied/);
  }
});

test('a failing transaction keeps nothing', async () => {
  const failing = withTenant(databases, acme.organizationId, async (trx) => {
    await trx.insertInto('departments').values({ organization_id: acme.organizationId, name: 'Gone' }).execute();
    throw new Error('after the insert');
  });
  await expect(failing).rejects.toThrow('after the insert');
  const rows = await databases.system.selectFrom('departments').selectAll().where('name', '=', 'Gone').execute();
  expect(rows).toEqual([]);
});

test('an id that is no UUID is an error, not an empty answer', async () => {
  const read = withTenant(databases, 'acme' as OrganizationId, (trx) =>
    trx.selectFrom('organization_users').selectAll().execute(),
  );
  await expect(read).rejects.toThrow(/invalid input syntax for type uuid/);
});
