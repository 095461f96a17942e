import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import pg from 'pg';

// What a straightforward tracker does with a hit, without its web server: four statements, each a transaction of its
// own, over a pool of ten connections as fast as they go. Our own, written for this comparison: it looks the pixel up,
// stores the open, counts it on the pixel and counts it on the day. Reads one line {"url", "pixels", "seconds"} and
// answers one, {"stored", "seconds"}.

export interface TrackerPlan {
  readonly url: string;
  readonly pixels: number;
  readonly seconds: number;
}

export interface TrackerResult {
  readonly stored: number;
  readonly seconds: number;
}

const CONNECTIONS = 10;
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { url, pixels, seconds } = JSON.parse((await lines.next()).value ?? '') as TrackerPlan;
const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
await pool.query(`
  create table pixels (id uuid primary key, token text not null unique, open_count int not null default 0, last_opened_at timestamptz);
  create table opens (id uuid primary key default gen_random_uuid(), pixel_id uuid not null references pixels, at timestamptz not null default now(), agent text, ip text);
  create index on opens (pixel_id, at);
  create table daily (pixel_id uuid not null references pixels, day date not null, opens int not null, primary key (pixel_id, day));`);
const tokens = Array.from({ length: pixels }, () => randomUUID());
await pool.query('insert into pixels (id, token) select gen_random_uuid(), token from unnest($1::text[]) token', [
  tokens,
]);
const endsAt = performance.now() + seconds * 1_000;
const startedAt = performance.now();
let stored = 0;
await Promise.all(Array.from({ length: CONNECTIONS }, storeHits));
const result: TrackerResult = { stored, seconds: (performance.now() - startedAt) / 1_000 };
await pool.end();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);

async function storeHits(): Promise<void> {
  while (performance.now() < endsAt) {
    const token = tokens[Math.floor(Math.random() * tokens.length)];
    const found = await pool.query<{ id: string }>('select id from pixels where token = $1', [token]);
    const id = found.rows[0]?.id;
    await pool.query('insert into opens (pixel_id, agent, ip) values ($1, $2, $3)', [id, AGENT, '203.0.113.7']);
    await pool.query('update pixels set open_count = open_count + 1, last_opened_at = now() where id = $1', [id]);
    await pool.query(
      'insert into daily values ($1, current_date, 1) on conflict (pixel_id, day) do update set opens = daily.opens + 1',
      [id],
    );
    stored += 1;
  }
}
