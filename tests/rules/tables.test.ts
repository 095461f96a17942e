import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findTableWriters } from './find-table-writers.ts';
import { ROOT } from './source-files.ts';

/** Tables that a second folder writes too, and why. */
const SHARED: Readonly<Record<string, { readonly zones: readonly string[]; readonly why: string }>> = {
  organizations: {
    zones: ['accounts', 'commands'],
    why: 'the demo notes on its own organization that its history is stored',
  },
  delivery_outbox: {
    zones: ['deliver', 'process'],
    why: 'a hand-off between two stages, as the spool is: processing adds, the deliverer takes out (docs/decisions/0012)',
  },
  signature_tracking_pixels: {
    zones: ['campaigns', 'process'],
    why: 'processing sets delivered_at in the transaction of the open that proves delivery',
  },
  tracking_rollup_readers: {
    zones: ['process', 'retention'],
    why: "no member is named in it: an erasure takes the member's part out in its own transaction (docs/decisions/0016)",
  },
};

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('one table has one writing folder', () => {
  const writers = findTableWriters(ROOT);
  expect(writers.size).toBeGreaterThan(20);
  const offences = [...writers].filter(
    ([table, zones]) => zones.length > 1 && zones.join() !== SHARED[table]?.zones.join(),
  );
  expect(offences).toEqual([]);
});

test('every exception is still needed', () => {
  const writers = findTableWriters(ROOT);
  expect(Object.keys(SHARED).filter((table) => (writers.get(table)?.length ?? 0) < 2)).toEqual([]);
});

test('a second writer is found, in SQL and in the words of Kysely', () => {
  const found = findTableWriters(
    makePackage({
      'src/db/migrations/0001-founding.sql':
        'create table days (day date);\ncreate table events (\n  id bigint);\ncreate table names (a text);',
      'src/process/a.ts': "await sql`insert into days (day) values (1)`; trx.insertInto('events');",
      'src/retention/b.ts': "await sql`delete from days where 1`; trx\n  .deleteFrom('events as e');",
      'src/accounts/c.ts':
        "await sql`\n  update days set day = 1`; trx.updateTable('events'); trx.selectFrom('names');",
      'src/accounts/c.test.ts': 'await sql`truncate names`;',
    }),
  );
  expect(Object.fromEntries(found)).toEqual({
    days: ['accounts', 'process', 'retention'],
    events: ['accounts', 'process', 'retention'],
    names: [],
  });
});

function makePackage(texts: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'mailtracker-tables-'));
  folders.push(root);
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
