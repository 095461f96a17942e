import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { readEvents, readRollupDrift } from '../../tests/support/tracking.ts';
import { createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import { runCommand } from './run-command.ts';

let database: TestDatabase;
let dataDir: string;
let written: { stdout: string; stderr: string };

/** A bot that an older version took for a reader. */
beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-reclassify-'));
  vi.stubEnv('DATABASE_URL', database.ownerUrl);
  vi.stubEnv('DATA_DIR', dataDir);
  written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  const { members } = await seedOrganization(database, { settings: { exclude_bots: false } });
  const at = Date.now() - 60_000;
  const hits = ['bot', 'outlook'] as const;
  const block = makeBlock(hits.map((by) => makeHit(members[0].pixel, { at, by })));
  await processBatch(createBatchContext({ databases: database, clock: { now: () => Date.now() } }), [block]);
  await sql`insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
    select 'human', 'low', 'browser', 0, device, client_family, network_class, hints from judgements where verdict = 'bot'`.execute(
    database.system,
  );
  await sql`update signature_tracking_events event set judgement_id = old.id, is_bot = false
    from judgements old where old.rules_version = 0 and event.verdict = 'bot'`.execute(database.system);
  for (const table of ['tracking_rollup_slots', 'tracking_rollup_days', 'signature_tracking_events'])
    await sql`update ${sql.table(table)} set verdict = 'human' where verdict = 'bot'`.execute(database.system);
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const run = async (...words: string[]) => {
  const code = await runCommand(['reclassify', ...words]);
  return { code, ...written };
};
const verdicts = async () => (await readEvents(database)).map((event) => event.verdict).sort();

test('the diff is a table on stdout, progress goes to stderr, and the figures agree', async () => {
  const { code, stdout, stderr } = await run();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '1 of 1 opens judged again\n' });
  expect(stdout).toMatch(
    /^old verdict\s+new verdict\s+reason\s+opens\nhuman \(low\)\s+bot \(certain\)\s+library_agent\s+1\n/,
  );
  expect(stdout).toContain('1 opens changed.');
  expect(await verdicts()).toEqual(['bot', 'human']);
  expect(await readRollupDrift(database)).toEqual([]);
});

test('a dry run changes nothing, and as JSON it explains itself', async () => {
  const { code, stdout } = await run('--dry-run', '--json', '--since', '2020-01-01');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    isDryRun: true,
    runId: null,
    events: 1,
    changes: [
      { from: { verdict: 'human' }, to: { verdict: 'bot', explanation: expect.stringMatching(/script/) }, events: 1 },
    ],
  });
  expect(await verdicts()).toEqual(['human', 'human']);
});

test('opens since tomorrow are none, and a day that is none is a wrong word', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  expect((await run('--since', tomorrow)).stdout).toMatch(/^Every stored open is judged as the rules/);
  const wrong = await run('--since', '2026-02-30');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--since: expected a day such as 2026-03-01');
});
