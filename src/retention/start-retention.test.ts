import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { waitForLock } from '../../tests/support/wait-for-lock.ts';
import { ensurePartitions } from './start-retention.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('partitions come to be although a batch that holds visitors waits for events: whoever loses comes again', async () => {
  const batch = new Client({ connectionString: database.ownerUrl });
  await batch.connect();
  try {
    // So that the partitions' side is the one that PostgreSQL ends.
    await batch.query(`begin; set local deadlock_timeout = '10min'; lock table visitor_seen in row exclusive mode`);
    const made = ensurePartitions(database, Date.parse('2031-03-05T00:00:00Z'));
    await waitForLock(database);
    await batch.query('lock table signature_tracking_events in row exclusive mode');
    await batch.query('commit');
    await made;
    const { rows } = await batch.query(`select to_regclass('visitor_seen_20310305') is not null as made`);
    expect(rows).toEqual([{ made: true }]);
  } finally {
    await batch.end();
  }
});
