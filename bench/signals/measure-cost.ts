import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { createBatchContext } from '../../src/process/batch-context.ts';
import { processBatch } from '../../src/process/process-batch.ts';
import { type AGENTS, makeBlock, makeHit } from '../../tests/support/hits.ts';
import { type SeededOrganization, type SeededPixel, seedCampaign, seedOrganization } from '../../tests/support/seed.ts';
import { print } from '../live/bench-parts.ts';

const PART_MAX = 0.15;
const TEAMS = 25;
const MEMBERS = 8;
const WARM_BATCHES = 3;
const READERS: readonly (keyof typeof AGENTS)[] = [
  'outlook',
  'iphone',
  'thunderbird',
  'gmail',
  'gmailPrefetch',
  'applePrefetch',
];

/** A way that hits come in. */
interface Scenario {
  readonly name: string;
  readonly batches: number;
  readonly batchHits: number;
  /** Milliseconds between two hits: how much of the day a batch holds. */
  readonly stepMs: number;
  /** Parts of the hits that are of campaigns and of deals; the rest is of signatures. */
  readonly campaigns: number;
  readonly deals: number;
  /** Different addresses; few of them come back often. */
  readonly addresses: number;
  /** Held to the budget: what most installations see on most days. */
  readonly isOrdinary: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'signatures, 2,000 hits',
    batches: 8,
    batchHits: 2_000,
    stepMs: 100,
    campaigns: 0,
    deals: 0,
    addresses: 50_000,
    isOrdinary: true,
  },
  {
    name: 'signatures, campaigns and deals, 2,000 hits',
    batches: 8,
    batchHits: 2_000,
    stepMs: 100,
    campaigns: 0.15,
    deals: 0.05,
    addresses: 50_000,
    isOrdinary: true,
  },
  {
    name: 'the same, 50 hits at a time',
    batches: 60,
    batchHits: 50,
    stepMs: 100,
    campaigns: 0.15,
    deals: 0.05,
    addresses: 50_000,
    isOrdinary: true,
  },
  {
    name: 'every hit on a deal that is hot already',
    batches: 8,
    batchHits: 2_000,
    stepMs: 5,
    campaigns: 0,
    deals: 1,
    addresses: 400,
    isOrdinary: false,
  },
  {
    name: 'the same few readers of campaigns, over and over',
    batches: 8,
    batchHits: 2_000,
    stepMs: 5,
    campaigns: 1,
    deals: 0,
    addresses: 400,
    isOrdinary: false,
  },
];

/** The part of each batch that weighing signals takes. */
export async function measureCost(databases: Databases): Promise<boolean> {
  let isKept = true;
  for (const scenario of SCENARIOS) {
    const { part, batchMs, signals } = await runScenario(databases, scenario);
    print(
      `cost     ${(100 * part).toFixed(1)} % of a batch (${batchMs.toFixed(0)} ms, ${signals} signals raised): ${scenario.name}${scenario.isOrdinary ? '' : ' (extreme, no budget)'}`,
    );
    if (scenario.isOrdinary && part > PART_MAX) isKept = false;
  }
  return isKept;
}

async function runScenario(databases: Databases, scenario: Scenario) {
  const sums = { signals: 0, all: 0 };
  let isWarm = false;
  const context = createBatchContext({ databases, clock: systemClock }, (step, seconds) => {
    if (isWarm && step === 'signals') sums.signals += seconds;
  });
  const pixels = await seedPixels(databases);
  const { batches, batchHits, stepMs } = scenario;
  const total = (batches + WARM_BATCHES) * batchHits;
  const began = Date.now() - total * stepMs;
  for (let batch = 0; batch < batches + WARM_BATCHES; batch += 1) {
    isWarm = batch >= WARM_BATCHES;
    const hits = Array.from({ length: batchHits }, (_, i) =>
      toHit(scenario, pixels, began + (batch * batchHits + i) * stepMs),
    );
    const block = makeBlock(hits);
    const startedAt = performance.now();
    await processBatch(context, [block]);
    if (isWarm) sums.all += (performance.now() - startedAt) / 1_000;
  }
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from signals where organization_id = any(${pixels.organizationIds}::uuid[])`.execute(
    databases.system,
  );
  return { part: sums.signals / sums.all, batchMs: (1_000 * sums.all) / batches, signals: rows[0]?.count ?? 0 };
}

interface Pixels {
  readonly organizationIds: readonly string[];
  readonly users: readonly SeededPixel[];
  readonly campaigns: readonly SeededPixel[];
  readonly deals: readonly SeededPixel[];
}

async function seedPixels(databases: Databases): Promise<Pixels> {
  const teams: SeededOrganization[] = [];
  const deals: SeededPixel[] = [];
  const roles = Array.from({ length: MEMBERS }, (_, i) => (i === 0 ? ('owner' as const) : ('member' as const)));
  for (let n = 0; n < TEAMS; n += 1) {
    const team = await seedOrganization(databases, { roles });
    teams.push(team);
    const { organizationId, members } = team;
    for (const { memberId } of members.slice(0, 4))
      deals.push((await seedCampaign(databases, { organizationId, memberId, isDeal: true })).pixel);
  }
  return {
    organizationIds: teams.map(({ organizationId }) => organizationId),
    users: teams.flatMap(({ members }) => members.map(({ pixel }) => pixel)),
    campaigns: teams.map(({ campaign }) => campaign.pixel),
    deals,
  };
}

function toHit({ campaigns, deals, addresses }: Scenario, pixels: Pixels, at: number) {
  const chance = Math.random();
  const kind = chance < deals ? 'deals' : chance < deals + campaigns ? 'campaigns' : 'users';
  const by = READERS[Math.floor(Math.random() * READERS.length)] ?? 'outlook';
  const reader = Math.floor(Math.random() * addresses);
  const address = `203.${Math.floor(reader / 62_500)}.${Math.floor(reader / 250) % 250}.${reader % 250}`;
  const from = pixels[kind];
  const pixel = from[Math.floor(Math.random() * from.length)] ?? { tokenHash: Buffer.alloc(32) };
  return makeHit(pixel, { at, by, address, trackingType: kind === 'users' ? 'user' : 'campaign' });
}
