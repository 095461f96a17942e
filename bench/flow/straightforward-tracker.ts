import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import pg from 'pg';

// A straightforward tracker on Express, our own, written for this comparison: it answers with the image and then stores
// the hit by four statements, each a transaction of its own, over a pool of ten connections: it looks the pixel up,
// stores the open, counts it on the pixel and counts it on the day. Reads one line {"url", "tokens"} and answers one,
// {"port"}; at the end of standard input it answers {"answered", "stored",
// "residentBytes"} and ends, whatever still waits in memory.

export interface TrackerPlan {
  readonly url: string;
  readonly tokens: readonly string[];
}

export interface TrackerResult {
  readonly answered: number;
  readonly stored: number;
  readonly residentBytes: number;
}

const CONNECTIONS = 10;
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** What is used of it here. */
interface ExpressApp {
  get(
    path: string,
    answer: (
      request: IncomingMessage & { readonly params: { readonly file: string } },
      response: ServerResponse & { set(name: string, value: string): ExpressResponse },
    ) => void,
  ): void;
  listen(port: number, host: string): Server;
}
interface ExpressResponse {
  type(name: string): ExpressResponse;
  send(body: Buffer): void;
}
const express = createRequire(import.meta.url)('express') as () => ExpressApp;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { url, tokens } = JSON.parse((await lines.next()).value ?? '') as TrackerPlan;
const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
await pool.query(`
  create table pixels (id uuid primary key, token text not null unique, open_count int not null default 0, last_opened_at timestamptz);
  create table opens (id uuid primary key default gen_random_uuid(), pixel_id uuid not null references pixels, at timestamptz not null default now(), agent text, ip text);
  create index on opens (pixel_id, at);
  create table daily (pixel_id uuid not null references pixels, day date not null, opens int not null, primary key (pixel_id, day));`);
await pool.query('insert into pixels (id, token) select gen_random_uuid(), token from unnest($1::text[]) token', [
  tokens,
]);
let answered = 0;
let stored = 0;
const app = express();
app.get('/api/t/:kind/:file', (request, response) => {
  const token = request.params.file.replace('.gif', '');
  response.set('cache-control', 'no-store').type('gif').send(GIF);
  answered += 1;
  const from = request.headers['x-forwarded-for'] ?? request.socket.remoteAddress;
  void storeHit(token, request.headers['user-agent'], String(from));
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
await lines.next();
const result: TrackerResult = { answered, stored, residentBytes: process.memoryUsage().rss };
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

async function storeHit(token: string, agent: string | undefined, ip: string): Promise<void> {
  const found = await pool.query<{ id: string }>('select id from pixels where token = $1', [token]);
  const id = found.rows[0]?.id;
  await pool.query('insert into opens (pixel_id, agent, ip) values ($1, $2, $3)', [id, agent, ip]);
  await pool.query('update pixels set open_count = open_count + 1, last_opened_at = now() where id = $1', [id]);
  await pool.query(
    'insert into daily values ($1, current_date, 1) on conflict (pixel_id, day) do update set opens = daily.opens + 1',
    [id],
  );
  stored += 1;
}
