import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { DAY_MS, type SpoolBlock } from '../../src/domain/hit.ts';
import { type BatchContext, createBatchContext } from '../../src/process/batch-context.ts';
import { processBatch } from '../../src/process/process-batch.ts';
import type { BatchOutcome } from '../../src/process/to-outcome.ts';
import { type HitOptions, makeBlock, makeHit } from './hits.ts';
import { type SeededOrganization, type SeedOptions, seedOrganization } from './seed.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** The time of every processing test. */
export const NOW = Date.parse('2026-06-10T12:00:00Z');

export interface Processing {
  readonly database: TestDatabase;
  readonly context: BatchContext;
  /** An organization that has been there for longer than any hit. */
  seed(options?: SeedOptions): Promise<SeededOrganization>;
  process(...blocks: SpoolBlock[]): Promise<BatchOutcome>;
}

const TRACKED = [
  'organizations',
  'signature_tracking_events',
  'tracking_rollup_slots',
  'tracking_rollup_days',
  'tracking_rollup_readers',
  'tracking_drop_slots',
  'unattributed_drops',
  'dead_letters',
  'visitor_seen',
  'visitor_claims',
  'signals',
];

/** A database for the file, emptied before each test; call it once at the top and read its parts inside tests. */
export function prepareProcessing(): Processing {
  const parts = {} as { database: TestDatabase; context: BatchContext };
  beforeAll(async () => {
    parts.database = await createTestDatabase();
    parts.context = createBatchContext({ databases: parts.database, clock: { now: () => NOW } });
  });
  afterAll(() => parts.database.drop());
  beforeEach(async () => {
    for (const table of TRACKED) await sql`delete from ${sql.table(table)}`.execute(parts.database.system);
  });
  return {
    get database() {
      return parts.database;
    },
    get context() {
      return parts.context;
    },
    seed: (options = {}) => seedOrganization(parts.database, { since: new Date(NOW - 399 * DAY_MS), ...options }),
    process: (...blocks) => processBatch(parts.context, blocks),
  };
}

/** A block of hits of the first member's user pixel. */
export function userHits(organization: SeededOrganization, ...hits: HitOptions[]): SpoolBlock {
  return makeBlock(hits.map((hit) => makeHit(organization.members[0].pixel, hit)));
}

/** A block of hits of the campaign's pixel. */
export function campaignHits(organization: SeededOrganization, ...hits: HitOptions[]): SpoolBlock {
  return makeBlock(hits.map((hit) => makeHit(organization.campaign.pixel, { trackingType: 'campaign', ...hit })));
}
