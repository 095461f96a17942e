import fc from 'fast-check';
import { expect } from 'vitest';
import type { SpoolBlock } from '../../src/domain/hit.ts';
import { type SignalRules, toSignalRules } from '../../src/domain/signal-rules.ts';
import { createBatchContext } from '../../src/process/batch-context.ts';
import { processBatch } from '../../src/process/process-batch.ts';
import { SIGNAL_RULE_LIST } from '../../src/process/raise-signals/signal-rule-list.ts';
import { makeBlock, makeHit } from './hits.ts';
import { type ReferenceOpen, toReferenceSignals } from './reference-signals.ts';
import { type SeededPixel, seedCampaign, seedOrganization } from './seed.ts';
import { readSignals } from './signals.ts';
import type { TestDatabase } from './test-database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Of plans, until each rule has raised something. */
const ROUNDS_MAX = 10;
/** The last minute of a UTC day: every reader of it and of the day before is known. */
export const PLAN_NOW = Date.parse('2026-06-10T23:59:00Z');
const TODAY = Date.parse('2026-06-10T00:00:00Z');
/** Loads within ten seconds fold into one open, by order of arrival; that is another test's matter. */
const GRID = 11_000;

const KINDS = [
  'outlook',
  'iphone',
  'thunderbird',
  'gmail',
  'cloud',
  'gmailPrefetch',
  'applePrefetch',
  'scanner',
  'bot',
  'syncAgent',
] as const;
type Kind = (typeof KINDS)[number];
const PIXELS = ['deal', 'deal', 'deal', 'campaign', 'campaign', 'user'] as const;

interface PlannedHit {
  readonly pixel: number;
  readonly by: Kind;
  readonly address: string;
  /** Milliseconds before PLAN_NOW. */
  readonly ago: number;
}

const near = fc.integer({ min: 0, max: 20 * MINUTE });
const within = (ms: number) =>
  fc.tuple(fc.integer({ min: 0, max: 3 }), near).map(([step, more]) => (step * ms) / 3 + more);

/** Readers of deals today, of campaigns since yesterday evening, and mail proxies of deals weeks back. */
const hit: fc.Arbitrary<PlannedHit> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      pixel: fc.integer({ min: 0, max: PIXELS.length - 1 }),
      by: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...KINDS.slice(0, 5)) },
        { weight: 1, arbitrary: fc.constantFrom(...KINDS) },
      ),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3'),
      ago: within(12 * HOUR),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      pixel: fc.constantFrom(3, 4),
      by: fc.constantFrom('outlook' as const, 'iphone' as const),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2'),
      ago: near.map((ms) => PLAN_NOW - TODAY - 10 * MINUTE + ms),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      pixel: fc.constant(5),
      by: fc.constantFrom(...KINDS.slice(0, 4)),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3'),
      ago: near,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      pixel: fc.constantFrom(0, 1, 2),
      by: fc.constant('gmail' as const),
      address: fc.constant('192.0.2.9'),
      ago: fc.tuple(fc.integer({ min: 1, max: 12 }), near).map(([days, ms]) => days * DAY + ms),
    }),
  },
);

const minutes = fc.integer({ min: 1, max: 90 });
const rules: fc.Arbitrary<SignalRules> = fc
  .record({
    hot: fc.record({
      opens: fc.integer({ min: 2, max: 4 }),
      withinMinutes: fc.integer({ min: 1, max: 10 }),
      cooldownMinutes: minutes,
    }),
    back_on_mobile: fc.record({ opens: fc.integer({ min: 2, max: 4 }), cooldownMinutes: minutes }),
    revived: fc.record({ quietDays: fc.integer({ min: 1, max: 5 }), cooldownMinutes: minutes }),
    spreading: fc.record({
      readers: fc.integer({ min: 2, max: 3 }),
      withinHours: fc.integer({ min: 1, max: 24 }),
      cooldownMinutes: minutes,
    }),
    unusual: fc.record({ opens: fc.integer({ min: 5, max: 6 }), cooldownMinutes: minutes }),
  })
  .map((changed) => toSignalRules(changed));

/** What happens to one organization. */
export const signalPlan = fc.record({
  hits: fc.array(hit, { minLength: 8, maxLength: 60 }),
  rules: fc.option(rules, { nil: toSignalRules(null) }),
  /** In which order they arrive, cut into blocks how, and which come again. */
  order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
  blockHits: fc.integer({ min: 1, max: 12 }),
  replays: fc.array(fc.nat(), { maxLength: 4 }),
});

/**
 * Random opens of deals, campaigns and a user pixel arrive in any order, some twice, through two processors at once:
 * the signals that stand are those of the reference, each once.
 */
export async function checkSignals(database: TestDatabase, numRuns: number): Promise<void> {
  const clock = { now: () => PLAN_NOW };
  const contexts = [
    createBatchContext({ databases: database, clock }),
    createBatchContext({ databases: database, clock }),
  ];
  const seen = { signals: 0, rules: new Set<string>() };
  const property = fc.asyncProperty(signalPlan, async (planned) => {
    const { pixels, blocks, opens } = await preparePlan(database, planned);
    const again = planned.replays.flatMap((index) => blocks[index % blocks.length] ?? []);
    const arriving = [...blocks, ...again];
    const lanes = [0, 1].map((lane) => arriving.filter((_, index) => index % 2 === lane));
    await Promise.all(
      lanes.map(async (lane, index) => {
        for (const block of lane) await processBatch(contexts[index] as (typeof contexts)[number], [block]);
      }),
    );
    const expected = toReferenceSignals(opens, planned.rules, 0);
    seen.signals += expected.length;
    for (const { rule } of expected) seen.rules.add(rule);
    const mine = (await readSignals(database)).filter(({ pixelId }) =>
      pixels.some((pixel) => pixel.pixelId === pixelId),
    );
    expect(mine.map(({ pixelId, rule, raisedAt }) => ({ pixel: pixelId, rule, at: raisedAt })).sort(byPlace)).toEqual(
      [...expected].sort(byPlace),
    );
  });
  // Plans are drawn by chance: a rare rule may need more of them.
  for (let round = 0; round < ROUNDS_MAX && seen.rules.size < SIGNAL_RULE_LIST.length; round += 1)
    await fc.assert(property, { numRuns });
  expect(seen.signals).toBeGreaterThan(numRuns);
  expect(seen.rules.size).toBe(SIGNAL_RULE_LIST.length);
}

interface Placed {
  readonly pixel: string;
  readonly rule: string;
  readonly at: number;
}

/** By time, then rule, then pixel. */
export function byPlace(a: Placed, b: Placed): number {
  return a.at - b.at || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.pixel < b.pixel ? -1 : 1);
}

/** An organization of the plan, its hits in blocks as they arrive, and its opens as the reference sees them. */
export async function preparePlan(
  database: TestDatabase,
  planned: { hits: readonly PlannedHit[]; rules: SignalRules; order: readonly number[]; blockHits: number },
) {
  const since = new Date(PLAN_NOW - 100 * DAY);
  const { organizationId, members } = await seedOrganization(database, { since });
  await database.system
    .insertInto('signal_rule_settings')
    .values({ organization_id: organizationId, rules: JSON.stringify(planned.rules) as never })
    .execute();
  const pixels: (SeededPixel & { kind: (typeof PIXELS)[number] })[] = [];
  for (const kind of PIXELS) {
    const memberId = members[0].memberId;
    const pixel =
      kind === 'user'
        ? members[0].pixel
        : (await seedCampaign(database, { organizationId, memberId, since, isDeal: kind === 'deal' })).pixel;
    pixels.push({ ...pixel, kind });
  }
  const hits = toDistinct(planned.hits);
  const arrived = hits
    .map((one, index) => ({ one, order: planned.order[index] ?? 0 }))
    .sort((a, b) => a.order - b.order);
  const records = arrived.map(({ one }) => toHit(one, pixels[one.pixel] as (typeof pixels)[number]));
  const blocks: SpoolBlock[] = [];
  for (let i = 0; i < records.length; i += planned.blockHits)
    blocks.push(makeBlock(records.slice(i, i + planned.blockHits)));
  const opens = hits.map((one) => toReferenceOpen(one, pixels[one.pixel] as (typeof pixels)[number]));
  return { pixels, blocks, opens };
}

/** Nothing folds: whoever fetches a pixel does so on a grid that is wider than what folds, once a place. */
function toDistinct(hits: readonly PlannedHit[]): readonly PlannedHit[] {
  const distinct = new Map<string, PlannedHit>();
  for (const one of hits) {
    const ago = Math.floor(one.ago / GRID) * GRID;
    const who = one.by === 'gmail' ? 'family' : `${one.by} ${one.address}`;
    distinct.set(`${one.pixel} ${who} ${ago}`, { ...one, ago });
  }
  return [...distinct.values()];
}

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

function toHit({ by, address, ago }: PlannedHit, pixel: SeededPixel & { kind: string }) {
  const trackingType = pixel.kind === 'user' ? ('user' as const) : ('campaign' as const);
  if (by !== 'cloud') return makeHit(pixel, { at: PLAN_NOW - ago, by, address, trackingType });
  return {
    ...makeHit(pixel, { at: PLAN_NOW - ago, address, trackingType }),
    userAgent: CHROME,
    networkClass: 'cloud' as const,
  };
}

const VERDICTS: Readonly<Record<Kind, string>> = {
  outlook: 'human',
  iphone: 'human',
  thunderbird: 'human',
  cloud: 'human',
  gmail: 'proxy_open',
  gmailPrefetch: 'prefetch',
  applePrefetch: 'prefetch',
  scanner: 'scanner',
  bot: 'bot',
  syncAgent: 'unknown',
};

function toReferenceOpen(
  { by, address, ago }: PlannedHit,
  { pixelId, kind }: SeededPixel & { kind: (typeof PIXELS)[number] },
): ReferenceOpen {
  return {
    pixel: pixelId,
    kind,
    at: PLAN_NOW - ago,
    verdict: VERDICTS[by],
    isLow: by === 'cloud',
    isOnPhone: by === 'iphone',
    visitor: `${by} ${address}`,
  };
}
