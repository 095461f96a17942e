import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import { runCommand } from './run-command.ts';

let database: TestDatabase;
let dataDir: string;
let stdout: string;

beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-verify-'));
  vi.stubEnv('DATABASE_URL', database.ownerUrl);
  vi.stubEnv('DATA_DIR', dataDir);
  stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const { members, campaign } = await seedOrganization(database, { settings: { timezone: 'Australia/Lord_Howe' } });
  const now = Date.now();
  const hits = Array.from({ length: 60 }, (_, index) => ({ at: now - index * 31 * 3_600_000 - 60_000 }));
  const block = makeBlock([
    ...hits.map((hit) => makeHit(members[0].pixel, hit)),
    ...hits.map((hit) => makeHit(campaign.pixel, { ...hit, trackingType: 'campaign' })),
  ]);
  await processBatch(createBatchContext({ databases: database, clock: { now: () => now } }), [block]);
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

test('figures that agree: exit code 0, and how many opens were counted again', async () => {
  expect(await runCommand(['verify'])).toBe(0);
  expect(stdout).toMatch(/: 120 opens counted again, every figure agrees\n$/);
});

test.each([
  ['slots', sql`update tracking_rollup_slots set opens = opens + 1 where campaign_id is null`, 60],
  ['slots', sql`delete from tracking_rollup_slots where campaign_id is not null`, 60],
  ['days', sql`update tracking_rollup_days set uniques = uniques + 1 where campaign_id is not null`, null],
  ['days', sql`update tracking_rollup_days set user_id = gen_random_uuid()`, null],
])('drift in %s, case %#: exit code 1, the rows named, nothing repaired', async (rollup, change, drifted) => {
  await change.execute(database.system);
  expect(await runCommand(['verify', '--json'])).toBe(1);
  const [report] = JSON.parse(stdout).organizations;
  if (drifted !== null) expect(report.drifted).toBe(drifted);
  expect(report.rows.length).toBe(Math.min(report.drifted, 100));
  expect(new Set(report.rows.map((row: { rollup: string }) => row.rollup))).toEqual(new Set([rollup]));
  expect(await runCommand(['verify'])).toBe(1);
  expect(stdout).toContain(`${report.drifted} figures differ`);
});

test.each([
  ['hours', sql`update tracking_rollup_hours set mobile_2 = mobile_2 + 1`],
  ['totals', sql`delete from tracking_rollup_totals`],
  ['campaigns', sql`update tracking_rollup_campaigns set uniques = uniques - 1`],
  ['campaign_members', sql`update tracking_rollup_campaign_members set opens = opens + 1`],
  ['readers', sql`update tracking_rollup_readers set readers = readers + 1`],
])('drift in the %s that dashboards read is named too', async (rollup, change) => {
  await change.execute(database.system);
  expect(await runCommand(['verify', '--json'])).toBe(1);
  const [report] = JSON.parse(stdout).organizations;
  expect(report).toMatchObject({ drifted: expect.any(Number), rows: [] });
  expect(report.narrowRows.length).toBe(Math.min(report.drifted, 100));
  expect(new Set(report.narrowRows.map((row: { rollup: string }) => row.rollup))).toEqual(new Set([rollup]));
  expect(await runCommand(['verify'])).toBe(1);
  expect(stdout).toMatch(new RegExp(`\\n  ${rollup} .+: .+ \\d+, recounted \\d+`));
});
