import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql, type Transaction } from 'kysely';
import pg from 'pg';
import { readCampaignStats } from '../src/analytics/read-campaign-stats.ts';
import { readDaily } from '../src/analytics/read-daily.ts';
import { readHours } from '../src/analytics/read-hours.ts';
import { readMyStats } from '../src/analytics/read-my-stats.ts';
import { readOrganizationDaily } from '../src/analytics/read-organization-daily.ts';
import { readOrganizationStats } from '../src/analytics/read-organization-stats.ts';
import { readViewer, type Viewer } from '../src/analytics/read-viewer.ts';
import { startEmbedded } from '../src/db/embedded/start-embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Databases, openDatabases } from '../src/db/open-databases.ts';
import type { Schema } from '../src/db/schema.ts';
import { withTenant } from '../src/db/with-tenant.ts';
import { silentLog } from '../src/kit/log.ts';
import { type FilledOrganization, fillEvents } from './fill-events.ts';

// tsx bench/read.ts [--events 1000000] [--members 1000] [--campaigns 200] [--rounds 100]: fills a temporary embedded
// database with opens of 89 days and prints each question's p50 and p95 in ms, one question at a time, as the
// application role, transaction included; then the bytes stored per event. Answers 1 when a budget is broken.

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    members: { type: 'string', default: '1000' },
    campaigns: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '100' },
  },
});
const WARM_UP_ROUNDS = 5;
const now = Date.now();
const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
const server = await startEmbedded(folder, silentLog, { isThrowaway: true, endsWithProcess: true });
const databases = openDatabases(server.url);
try {
  await migrate(server.url, silentLog);
  const began = performance.now();
  const filled = await fillEvents(databases, {
    events: Number(values.events),
    members: Number(values.members),
    campaigns: Number(values.campaigns),
    days: 89,
    now,
  });
  await vacuum(server.url);
  process.stdout.write(`${values.events} opens filled in ${((performance.now() - began) / 1_000).toFixed(1)} s\n`);
  process.exitCode = (await measureAll(databases, filled)) ? 0 : 1;
  await printSizes(databases);
} finally {
  await databases.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function vacuum(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

type Ask = (trx: Transaction<Schema>, round: number) => Promise<unknown>;

async function measureAll(tools: Databases, filled: FilledOrganization): Promise<boolean> {
  const { organizationId, members, campaigns } = filled;
  const asViewer = (ask: (trx: Transaction<Schema>, viewer: Viewer) => Promise<unknown>): Ask => {
    return async (trx, round) => {
      const memberId = members[(round * 37) % members.length];
      const viewer = memberId && (await readViewer(trx, organizationId, memberId));
      if (!viewer) throw new Error('the member is not there');
      return ask(trx, viewer);
    };
  };
  const questions: [name: string, budgetMs: number, ask: Ask][] = [
    ['my-stats', 20, asViewer((trx, viewer) => readMyStats(trx, viewer, now))],
    ['daily, 30 days', 20, asViewer((trx, viewer) => readDaily(trx, viewer, { now, days: 30 }))],
    ['daily, 400 days', 20, asViewer((trx, viewer) => readDaily(trx, viewer, { now, days: 400 }))],
    ['hours', 20, asViewer((trx, viewer) => readHours(trx, viewer, now))],
    ['organization-stats, 30 days', 50, (trx) => readOrganizationStats(trx, { organizationId, days: 30, now })],
    ['organization-stats, 90 days', 50, (trx) => readOrganizationStats(trx, { organizationId, days: 90, now })],
    ['organization daily, 30 days', 50, (trx) => readOrganizationDaily(trx, { organizationId, days: 30, now })],
    [
      'campaign',
      50,
      async (trx, round) => {
        const campaignId = campaigns[(round * 7) % campaigns.length];
        return campaignId && readCampaignStats(trx, { organizationId, campaignId, now });
      },
    ],
  ];
  let isWithin = true;
  for (const [name, budgetMs, ask] of questions) {
    const times: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < Number(values.rounds); round += 1) {
      const asked = performance.now();
      await withTenant(tools, organizationId, (trx) => ask(trx, round + WARM_UP_ROUNDS));
      if (round >= 0) times.push(performance.now() - asked);
    }
    times.sort((a, b) => a - b);
    const [p50 = 0, p95 = 0] = [0.5, 0.95].map((part) => times[Math.floor(times.length * part)]);
    isWithin &&= p95 <= budgetMs;
    const verdict = p95 <= budgetMs ? 'within' : 'OVER';
    const line = `p50 ${p50.toFixed(1).padStart(7)} ms  p95 ${p95.toFixed(1).padStart(7)} ms  ${verdict} ${budgetMs} ms`;
    process.stdout.write(`${name.padEnd(28)} ${line}\n`);
  }
  return isWithin;
}

async function printSizes({ system }: Databases): Promise<void> {
  const { rows } = await sql<{ name: string; bytes: number }>`
    select coalesce(parent.relname, own.relname)::text as name, sum(pg_total_relation_size(own.oid))::float8 as bytes
    from pg_class own left join pg_inherits i on i.inhrelid = own.oid left join pg_class parent on parent.oid = i.inhparent
    where own.relkind = 'r' and coalesce(parent.relname, own.relname) in ('signature_tracking_events', 'tracking_rollup_slots', 'tracking_rollup_days')
    group by 1 order by 1`.execute(system);
  for (const { name, bytes } of rows)
    process.stdout.write(
      `${name.padEnd(28)} ${(bytes / Number(values.events)).toFixed(0).padStart(5)} bytes an open\n`,
    );
}
