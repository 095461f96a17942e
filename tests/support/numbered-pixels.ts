import pg from 'pg';
import type { PixelLoad } from './pixel-load.ts';
import { printFault } from './print-fault.ts';
import { waitFor } from './running-server.ts';
import { seedOrganization } from './seed.ts';
import type { TestDatabase } from './test-database.ts';

// The checker of the fault suite: pixels with numbers, each loaded once by a client, and afterwards a comparison of
// what the client saw with what the database holds, like a set.

/** What one member's readers may bring together in a busy day. */
const PIXELS_PER_MEMBER = 250;

/** Retired pixels keep answering and recording: as many as a test wants, of `memberId`, or of many members of a new team. */
export async function makeNumberedPixels(database: TestDatabase, count: number, memberId?: string): Promise<void> {
  if (memberId === undefined) await makeTeam(database, Math.ceil(count / PIXELS_PER_MEMBER));
  const owners = memberId === undefined ? 'true' : `id = '${memberId}'`;
  await run(
    database.ownerUrl,
    `alter table signature_user_tracking add column if not exists test_number integer;
     insert into signature_user_tracking
       (organization_id, user_id, pixel_token_hash, pixel_token_sealed, is_active, retired_at, test_number)
     select m.organization_id, m.id, sha256(convert_to('pixel' || lpad(n::text, 19, '0'), 'UTF8')), ''::bytea, false, now(), n
     from generate_series(1, ${count}) n
     join (select organization_id, id, row_number() over () - 1 as place, count(*) over () as members
       from organization_users where ${owners}) m on m.place = n % m.members;
     analyze signature_user_tracking`,
  );
}

async function makeTeam(database: TestDatabase, members: number): Promise<void> {
  const { organizationId } = await seedOrganization(database);
  await run(
    database.ownerUrl,
    `with person as (insert into users (name, email)
       select 'Member ' || n, 'numbered' || n || '@example.com' from generate_series(1, ${members}) n returning id, name)
     insert into organization_users (organization_id, user_id, role, name)
       select '${organizationId}', id, 'member', name from person`,
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

export interface CheckOptions {
  /** Answered hits that the servers themselves count as lost: waiting for them would be in vain. */
  readonly allowedLost?: number;
  /** Nothing waits anywhere any more: what comes twice has come by then. */
  readonly isDrained?: () => Promise<boolean>;
}

/** Waits until everything answered is stored, or nothing more comes, and prints one line. */
export async function checkLoad(
  title: string,
  ownerUrl: string,
  load: PixelLoad,
  { allowedLost = 0, isDrained = async () => true }: CheckOptions = {},
): Promise<FaultReport> {
  const endedAt = performance.now();
  const last = load.sent;
  let stored = new Map<number, number>();
  let stillSince = performance.now();
  await waitFor(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const now = await readLoads(ownerUrl, load);
      if (now.size !== stored.size) stillSince = performance.now();
      stored = now;
      const missing = [...load.answered].filter((number) => !now.has(number)).length;
      return missing <= allowedLost || performance.now() - stillSince > STILL_MS;
    },
    `${load.answered.size} hits to be stored`,
    STORE_MS_MAX,
  );
  const lateMs = performance.now() - endedAt;
  await waitFor(isDrained, 'nothing to wait any more', STORE_MS_MAX);
  stored = await readLoads(ownerUrl, load);
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
  const { lost, doubled, unanswered, failed } = report;
  const more = `sent ${last}, failed ${failed}, stored unanswered ${unanswered}`;
  printFault(title, { ...report, lost: lost.length, doubled: doubled.length }, more);
  return report;
}

const STILL_MS = process.env.FAULTS === 'long' ? 120_000 : 20_000;
const STORE_MS_MAX = 300_000;
/** Between two looks of the checker, which would otherwise take the database's time from what it waits for. */
const LOOK_MS = process.env.FAULTS === 'long' ? 500 : 50;

/** Loads stored, folded ones among them, by the pixel's number, of those that this load sent. */
async function readLoads(ownerUrl: string, { first, sent }: PixelLoad): Promise<Map<number, number>> {
  const rows = await run(
    ownerUrl,
    `select t.test_number as number, sum(e.load_count)::int as loads
     from signature_tracking_events e join signature_user_tracking t on t.id = e.user_tracking_id
     where t.test_number between ${first} and ${first + sent - 1} group by 1`,
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
