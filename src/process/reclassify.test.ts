import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { campaignHits, NOW, prepareProcessing, userHits } from '../../tests/support/processing.ts';
import type { SeededOrganization } from '../../tests/support/seed.ts';
import { readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { withTenant } from '../db/with-tenant.ts';
import { DAY_MS, type Hit } from '../domain/hit.ts';
import type { Judgement } from '../domain/verdict.ts';
import { purge } from '../retention/purge.ts';
import { createBatchContext } from './batch-context.ts';
import { processBatch } from './process-batch.ts';
import { type ReclassifyOptions, type Rules, reclassify } from './reclassify.ts';
import { BATCH_EVENTS_MAX } from './reclassify-batch.ts';

const processing = prepareProcessing();
const { seed, process } = processing;
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

let versions = 1000;
/** Rules in which whoever was judged for a reason is judged otherwise. */
function rulesWith(changed: Record<string, Partial<Judgement>>): Rules {
  versions += 1;
  const version = versions;
  return {
    version,
    rejudge: (stored) => ({ ...stored, ...changed[stored.reason], rulesVersion: version }),
  };
}
const toBot: Partial<Judgement> = { verdict: 'bot', confidence: 'certain', reason: 'bot_list' };

const run = (options: Partial<ReclassifyOptions> = {}) =>
  reclassify({ databases: processing.database, since: null, isDryRun: false, ...options });

/** A browser in a cloud, which is believed at low confidence. */
const cloudHit = (acme: SeededOrganization, after: number, address = '192.0.2.1'): Hit => ({
  ...makeHit(acme.members[0].pixel, { at: NOW + after, address }),
  userAgent: CHROME,
  networkClass: 'cloud',
});

const told = async () =>
  (await readEvents(processing.database)).map((e) => [e.verdict, e.is_counted, e.is_unique, e.is_bot, e.is_proxy]);

async function readAudit() {
  const { rows } = await sql<{ from: string; to: string; events: number; kept: number }>`
    select old.reason as from, new.reason as to, r.events,
      (select count(*)::int from reclassified_events e where e.run_id = r.run_id and e.old_judgement_id = old.id) as kept
    from reclassifications r join judgements old on old.id = old_judgement_id join judgements new on new.id = new_judgement_id
    order by r.run_id, old.reason`.execute(processing.database.system);
  return rows;
}

test('a changed rule judges history: events, rollups and a recount agree, and the old judgement is kept', async () => {
  const acme = await seed({ settings: { timezone: 'Asia/Kolkata' } });
  await process(userHits(acme, { at: NOW }, { at: NOW + 60_000, by: 'gmail' }, { at: NOW + 90_000, by: 'syncAgent' }));
  await process(campaignHits(acme, { at: NOW - 90_000_000, by: 'outlook' }));
  await process(makeBlock([cloudHit(acme, 0), cloudHit(acme, 700_000), cloudHit(acme, -40 * 86_400_000)]));
  expect((await told()).filter(([, isCounted]) => isCounted)).toHaveLength(6);
  const outcome = await run({
    rules: rulesWith({
      cloud_browser: toBot,
      sync_agent: { verdict: 'human', confidence: 'low', reason: 'app_on_device' },
    }),
  });
  expect(outcome.events).toBe(4);
  expect(outcome.changes).toEqual([
    { from: { verdict: 'human', confidence: 'low', reason: 'cloud_browser' }, to: toBot, events: 3 },
    {
      from: expect.objectContaining({ verdict: 'unknown' }),
      to: { verdict: 'human', confidence: 'low', reason: 'app_on_device' },
      events: 1,
    },
  ]);
  expect(await told()).toEqual([
    ['bot', false, false, true, false],
    ['human', true, true, false, false],
    ['human', true, true, false, false],
    ['bot', false, false, true, false],
    ['proxy_open', true, true, false, true],
    ['human', true, false, false, false],
    ['bot', false, false, true, false],
  ]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
  expect(await readAudit()).toEqual([
    { from: 'cloud_browser', to: 'bot_list', events: 3, kept: 3 },
    { from: 'sync_agent', to: 'app_on_device', events: 1, kept: 1 },
  ]);
});

test('a dry run tells the same and changes nothing', async () => {
  const acme = await seed();
  await process(makeBlock([cloudHit(acme, 0)]));
  const before = await told();
  const rules = rulesWith({ cloud_browser: toBot });
  const dry = await run({ rules, isDryRun: true });
  expect(dry).toMatchObject({ runId: null, events: 1 });
  expect(await told()).toEqual(before);
  expect((await run({ rules })).changes).toEqual(dry.changes);
});

test('by the rules that judged it history stays, and a second run after a change has nothing to do', async () => {
  const acme = await seed();
  await process(makeBlock([cloudHit(acme, 0)]), userHits(acme, { at: NOW, by: 'gmail' }));
  expect(await run()).toMatchObject({ runId: null, changes: [], events: 0 });
  const rules = rulesWith({ cloud_browser: toBot });
  expect((await run({ rules })).events).toBe(1);
  expect(await run({ rules })).toMatchObject({ runId: null, changes: [], events: 0 });
});

test('opens before the day asked for stay as they are', async () => {
  const acme = await seed();
  await process(makeBlock([cloudHit(acme, 0), cloudHit(acme, -86_400_000), cloudHit(acme, -1_000_000)]));
  await run({ rules: rulesWith({ cloud_browser: toBot }), since: NOW - 1_000_000 });
  expect((await told()).map(([verdict]) => verdict)).toEqual(['human', 'bot', 'bot']);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('where machines are kept they count, and an open goes on being unique', async () => {
  const acme = await seed({ settings: { exclude_bots: false } });
  await process(makeBlock([cloudHit(acme, 0)]));
  await run({ rules: rulesWith({ cloud_browser: toBot }) });
  expect(await told()).toEqual([['bot', true, true, true, false]]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('a run that is cut off leaves agreeing figures, and goes on where it ended as the same run', async () => {
  const acme = await seed();
  const count = BATCH_EVENTS_MAX * 2 + 50;
  await process(makeBlock(Array.from({ length: count }, (_, i) => cloudHit(acme, -i * 20_000, `192.0.2.${i % 200}`))));
  const rules = rulesWith({ cloud_browser: toBot });
  const isBot = async () => (await told()).filter(([verdict]) => verdict === 'bot').length;
  const cutOff = run({
    rules,
    onProgress: () => {
      throw new Error('cut off');
    },
  });
  await expect(cutOff).rejects.toThrow('cut off');
  expect(await isBot()).toBe(BATCH_EVENTS_MAX);
  expect(await readRollupDrift(processing.database)).toEqual([]);
  const progress: number[][] = [];
  const rest = await run({ rules, onProgress: (...told) => void progress.push(told) });
  expect(rest.events).toBe(count - BATCH_EVENTS_MAX);
  expect(progress.at(-1)).toEqual([count - BATCH_EVENTS_MAX, count - BATCH_EVENTS_MAX]);
  expect(await isBot()).toBe(count);
  expect(await readRollupDrift(processing.database)).toEqual([]);
  expect((await readAudit()).at(-1)).toMatchObject({ events: count, kept: count });
});

test('hits that arrive during a run are stored, and all figures agree afterwards', async () => {
  const acme = await seed();
  const make = (from: number, count: number): Hit[] =>
    Array.from({ length: count }, (_, i) => cloudHit(acme, -(from + i) * 5_000, `192.0.2.${i % 50}`));
  await process(makeBlock(make(0, 1500)));
  const arriving = (async () => {
    const own = createBatchContext(processing.context);
    for (let i = 0; i < 20; i += 1) await processBatch(own, [makeBlock(make(i * 75, 75))]);
  })();
  await Promise.all([run({ rules: rulesWith({ cloud_browser: toBot }) }), arriving]);
  expect(await readRollupDrift(processing.database)).toEqual([]);
});

test('what was kept of an open goes with it at the end of the retention, and no other organization sees it', async () => {
  const acme = await seed({ settings: { retention_days: 30 } });
  const globex = await seed();
  await process(makeBlock([cloudHit(acme, 0)]), userHits(globex, { at: NOW }));
  await run({ rules: rulesWith({ cloud_browser: toBot }) });
  const { database } = processing;
  const count = (organization: SeededOrganization) =>
    withTenant(database, organization.organizationId, async (trx) => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from reclassified_events`.execute(trx);
      return rows[0]?.n;
    });
  expect([await count(acme), await count(globex)]).toEqual([1, 0]);
  await purge(database, NOW + 29 * DAY_MS);
  expect(await count(acme)).toBe(1);
  await purge(database, NOW + 31 * DAY_MS);
  expect(await count(acme)).toBe(0);
});
