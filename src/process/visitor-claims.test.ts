import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../../tests/support/test-database.ts';
import { migrate } from '../db/migrate.ts';
import { DAY_MS } from '../domain/hit.ts';
import { silentLog } from '../kit/log.ts';
import { type ClaimedWindow, createClaims } from './visitor-claims.ts';

const KEY_DAY = 20_423;
const window: ClaimedWindow = {
  organizationId: randomUUID(),
  kind: 'day',
  scopeId: randomUUID(),
  windowAt: KEY_DAY * DAY_MS,
};
const identity = { keyDay: KEY_DAY, visitor: randomBytes(16).toString('hex') };

test('a claim tells its visitor, window and key day from every other', () => {
  const toClaim = createClaims();
  const claim = toClaim(window, identity);
  expect(createClaims()({ ...window }, { ...identity })).toEqual(claim);
  const others = [
    toClaim(window, { ...identity, visitor: randomBytes(16).toString('hex') }),
    toClaim(window, { ...identity, keyDay: KEY_DAY + 1 }),
    toClaim({ ...window, kind: 'reader' }, identity),
    toClaim({ ...window, scopeId: randomUUID() }, identity),
    toClaim({ ...window, windowAt: window.windowAt + 1 }, identity),
  ];
  expect(new Set([claim, ...others].map(({ key }) => key)).size).toBe(6);
});

test('visitors that a version before 0020 knew are known under the same claims afterwards', async () => {
  const database = await createEmptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-migrations-'));
  const client = new Client({ connectionString: database.ownerUrl });
  try {
    await cp(new URL('../db/migrations/', import.meta.url), folder, { recursive: true });
    for (const name of await readdir(folder)) if (name >= '0020') await rm(join(folder, name));
    await migrate(database.ownerUrl, silentLog, { folder: pathToFileURL(`${folder}/`) });
    await client.connect();
    const day = new Date(KEY_DAY * DAY_MS).toISOString();
    await client.query(`select app_private.ensure_partitions($1, $1)`, [day]);
    const windows = (['day', 'hour', 'reader'] as const).map(
      (kind, i): ClaimedWindow => ({ ...window, kind, windowAt: window.windowAt + i * 3_600_000 }),
    );
    // First bits of both values: PostgreSQL's numbers have a sign.
    const visitors = [Buffer.alloc(16, 0xff), Buffer.alloc(16), randomBytes(16)];
    for (const { organizationId, kind, scopeId, windowAt } of windows)
      for (const visitor of visitors)
        await client.query(
          `insert into visitor_seen (key_day, organization_id, kind, scope_id, window_at, visitor) values ($1, $2, $3, $4, $5, $6)`,
          [day, organizationId, kind, scopeId, new Date(windowAt).toISOString(), visitor],
        );
    await migrate(database.ownerUrl, silentLog);
    const toClaim = createClaims();
    const expected = windows.flatMap((one) =>
      visitors.map((visitor) => toClaim(one, { keyDay: KEY_DAY, visitor: visitor.toString('hex') }).claim),
    );
    const { rows } = await client.query<{ claim: string }>(
      `select encode(claim, 'hex') as claim from visitor_claims where key_day = $1 and organization_id = $2 and scope_id = $3`,
      [day, window.organizationId, window.scopeId],
    );
    expect(rows.map(({ claim }) => claim).sort()).toEqual(expected.sort());
  } finally {
    await client.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
});
