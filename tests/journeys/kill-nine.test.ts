import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { signUp } from '../support/api-client.ts';
import { readEmbeddedUrl } from '../support/embedded-url.ts';
import {
  findFreePort,
  makeTempFolder,
  type RunningServer,
  removeFolder,
  startServer,
  waitFor,
} from '../support/running-server.ts';

// SIGKILL of the whole server process. Every hit loads a pixel of its own, so that each answered GIF must be exactly
// one event afterwards; a hit that was in flight without an answer may be there once or not at all.

const KILLS = 20;
const CLIENTS = 8;
const PIXELS = 40_000;
const LIMITS_OFF = { IP_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'warn' };

let server: RunningServer | null = null;
let dataDir = '';

afterEach(async () => {
  await server?.stop();
  server = null;
  if (dataDir !== '') await removeFolder(dataDir);
});

test('an open whose GIF was answered is there after kill -9 within milliseconds, once', async () => {
  dataDir = await makeTempFolder();
  const port = await findFreePort();
  server = await startServer({ dataDir, port, env: LIMITS_OFF });
  await makePixels(server, 1);
  await load(server, 1);
  await server.kill();
  server = await startServer({ dataDir, port, env: LIMITS_OFF });
  const events = await readEvents(dataDir, 1);
  expect([...events]).toEqual([[1, 1]]);
});

test('20 random kills under load lose none of the answered hits and double none', async () => {
  dataDir = await makeTempFolder();
  const port = await findFreePort();
  server = await startServer({ dataDir, port, env: LIMITS_OFF });
  await makePixels(server, PIXELS);
  const answered = new Set<number>();
  let sent = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const target = server;
    let isKilled = false;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!isKilled && sent < PIXELS) {
        sent += 1;
        const number = sent;
        await load(target, number).then(
          () => answered.add(number),
          () => undefined,
        );
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 380));
    await server.kill();
    isKilled = true;
    await Promise.all(clients);
    server = await startServer({ dataDir, port, env: LIMITS_OFF });
  }
  const events = await readEvents(dataDir, answered.size);
  const lost = [...answered].filter((number) => !events.has(number));
  const doubled = [...events].filter(([, count]) => count !== 1);
  process.stderr.write(
    `kill-nine: ${KILLS} kills, sent ${sent}, answered ${answered.size}, stored ${events.size}, lost ${lost.length}, doubled ${doubled.length}\n`,
  );
  expect(answered.size).toBeGreaterThan(KILLS);
  expect(lost).toEqual([]);
  expect(doubled).toEqual([]);
});

/** Retired user pixels keep answering and recording: as many as a test wants, of one member. */
async function makePixels(target: RunningServer, count: number): Promise<void> {
  await signUp(target);
  const database = new pg.Client({ connectionString: await readEmbeddedUrl(target.dataDir) });
  await database.connect();
  await database.query(
    `insert into signature_user_tracking (organization_id, user_id, pixel_token_hash, pixel_token_sealed, is_active, retired_at)
     select m.organization_id, m.id, sha256(convert_to('pixel' || lpad(n::text, 19, '0'), 'UTF8')), ''::bytea, false, now()
     from organization_users m, generate_series(1, $1) n`,
    [count],
  );
  await database.query('alter table signature_user_tracking add column test_number integer');
  await database.query(
    `update signature_user_tracking set test_number = n from generate_series(1, $1) n
     where pixel_token_hash = sha256(convert_to('pixel' || lpad(n::text, 19, '0'), 'UTF8'))`,
    [count],
  );
  await database.end();
}

async function load(target: RunningServer, number: number): Promise<void> {
  const answer = await fetch(`${target.url}/api/t/u/pixel${String(number).padStart(19, '0')}.gif`, {
    headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0' },
  });
  const body = await answer.arrayBuffer();
  if (answer.status !== 200 || body.byteLength !== 43) throw new Error(`answered ${answer.status}`);
}

/** Events per pixel number, once the spool is empty and at least `eventsMin` are stored. */
async function readEvents(folder: string, eventsMin: number): Promise<Map<number, number>> {
  const database = new pg.Client({ connectionString: await readEmbeddedUrl(folder) });
  await database.connect();
  let before = -1;
  await waitFor(async () => {
    const { rows } = await database.query('select count(*)::int as events from signature_tracking_events');
    const isStill = rows[0].events === before && before >= eventsMin;
    before = rows[0].events;
    if (!isStill) await new Promise((resolve) => setTimeout(resolve, 300));
    return isStill;
  }, `${eventsMin} events to be stored`).catch(() => undefined);
  const { rows } = await database.query(
    'select t.test_number, sum(e.load_count)::int as hits from signature_tracking_events e join signature_user_tracking t on t.id = e.user_tracking_id group by 1',
  );
  await database.end();
  return new Map(rows.map((row) => [row.test_number, row.hits]));
}
