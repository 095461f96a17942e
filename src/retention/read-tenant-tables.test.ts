import { expect, test } from 'vitest';
import { createTestDatabase } from '../../tests/support/test-database.ts';
import { readTenantTables } from './read-tenant-tables.ts';

test('exports hold no token hash, no visitor, and no country of a single open', async () => {
  const databases = await createTestDatabase();
  const tables = await databases.system.transaction().execute(readTenantTables);
  await databases.drop();
  const withheld = (name: string) => tables.find((table) => table.name === name)?.withheldColumns;
  expect(withheld('signature_tracking_events')).toEqual(['country']);
  expect(withheld('signature_user_tracking')).toEqual(['pixel_token_hash', 'pixel_token_sealed']);
  expect(withheld('visitor_seen')).toEqual(['visitor']);
  expect(withheld('visitor_claims')).toEqual(['claim']);
});
