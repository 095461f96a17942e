import pg from 'pg';
import type { PixelLoad } from './pixel-load.ts';
import { waitFor } from './running-server.ts';
import { seedOrganization } from './seed.ts';
import type { TestDatabase } from './test-database.ts';

// The checker of the fault suite: pixels with numbers, each loaded once by a client, and afterwards a comparison of
// what the client saw with what the database holds, like a set.

/** Retired pixels of one member keep answering and recording: as many as a test wants. */
export async function makeNumberedPixels(database: TestDatabase, count: number): Promise<void> {
  await seedOrganization(database);
  await run(
    database.ownerUrl,
    `alter table signature_user_tracking add column if not exists test_number integer;
     insert into signature_user_tracking
       (organization_id, user_id, pixel_token_hash, pixel_token_sealed, is_active, retired_at, test_number)
     select m.organization_id, m.id, sha256(convert_to('pixel' || lpad(n::text, 19, '0'), 'UTF8')), ''::bytea, false, now(), n
     from (select organization_id, id from organization_users limit 1) m, generate_series(1, ${count}) n;
     analyze signature_user_tracking`,
  );
}

export interface FaultReport {
  readonly sent: number;
  readonly answered: number;
  readonly stored: number;
  /** Answered and not stored. */
  readonly lost: readonly number[];
  /** Stored with more loads than were sent. */
  readonly doubled: readonly number[];
  /** Not answered and stored all the same: allowed, the answer was cut off behind the spool. */
  readonly unanswered: number;
  readonly failed: number;
  /** Of the answers. */
  readonly p99Ms: number;
  /** From the end of the load until everything was stored. */
  readonly lateMs: number;
}

/** Waits until everything answered is stored, or nothing more comes, and prints one line. */
export async function checkLoad(title: string, ownerUrl: string, load: PixelLoad): Promise<FaultReport> {
  const endedAt = performance.now();
  const last = load.sent;
  let stored = new Map<number, number>();
  let stillSince = performance.now();
  await waitFor(
    async () => {
      const now = await readLoads(ownerUrl);
      if (now.size !== stored.size) stillSince = performance.now();
      stored = now;
      return [...load.answered].every((number) => now.has(number)) || performance.now() - stillSince > STILL_MS;
    },
    `${load.answered.size} hits to be stored`,
    STORE_MS_MAX,
  );
  const lateMs = performance.now() - endedAt;
  const report: FaultReport = {
    sent: last,
    answered: load.answered.size,
    stored: stored.size,
    lost: [...load.answered].filter((number) => !stored.has(number)),
    doubled: [...stored].filter(([, loads]) => loads !== 1).map(([number]) => number),
    unanswered: [...stored.keys()].filter((number) => !load.answered.has(number)).length,
    failed: load.failed.size,
    p99Ms: Math.round(load.latencyMs(0.99) * 10) / 10,
    lateMs: Math.round(lateMs),
  };
  process.stderr.write(`${title}: ${toLine(report)}\n`);
  return report;
}

function toLine({ answered, stored, lost, doubled, unanswered, failed, p99Ms, lateMs }: FaultReport): string {
  const sums = `answered ${answered}, stored ${stored}, lost ${lost.length}, doubled ${doubled.length}, p99 ${p99Ms} ms`;
  return `${sums}; failed ${failed}, stored unanswered ${unanswered}, all stored after ${lateMs} ms`;
}

const STILL_MS = process.env.FAULTS === 'long' ? 120_000 : 20_000;
const STORE_MS_MAX = 300_000;

/** Loads stored, folded ones among them, by the pixel's number. */
async function readLoads(ownerUrl: string): Promise<Map<number, number>> {
  const rows = await run(
    ownerUrl,
    `select t.test_number as number, sum(e.load_count)::int as loads
     from signature_tracking_events e join signature_user_tracking t on t.id = e.user_tracking_id
     where t.test_number is not null group by 1`,
  );
  return new Map(rows.map((row) => [row.number, row.loads]));
}

async function run(ownerUrl: string, text: string): Promise<{ number: number; loads: number }[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const answer = await client.query(text);
    return answer.rows ?? [];
  } finally {
    await client.end();
  }
}
