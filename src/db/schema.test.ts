import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await createTestDatabase();
});
afterAll(() => databases.drop());

test('the types name every table, its columns, and which of them may be null', async () => {
  expect(await readTypes()).toEqual(await readTables());
});

type Tables = Record<string, readonly string[]>;

/** From the source text, since types are gone when it runs. A column that may be null ends with "?". */
async function readTypes(): Promise<Tables> {
  const names = (await readdir(new URL('.', import.meta.url))).filter((name) => /^schema\.ts$|-tables\.ts$/.test(name));
  const files = names.map((name) => readFile(new URL(name, import.meta.url), 'utf8'));
  const source = (await Promise.all(files)).join('\n').replaceAll(/\/\*\*[\s\S]*?\*\//g, '');
  const bodies = new Map(
    [...source.matchAll(/interface (\w+) \{([^}]*)\}/g)].map(([, name, body]) => [name, body ?? '']),
  );
  const lines = (body: string) => [...body.matchAll(/^\s+(\w+): (.+);$/gm)].map(([, name, type]) => ({ name, type }));
  return Object.fromEntries(
    lines(bodies.get('Schema') ?? '').map(({ name, type }) => [
      name,
      lines(bodies.get(type) ?? '')
        .map((column) => `${column.name}${/null|OrNull/.test(column.type ?? '') ? '?' : ''}`)
        .sort(),
    ]),
  );
}

async function readTables(): Promise<Tables> {
  const answer = await sql<{ name: string; columns: string[] }>`
    select c.relname as name, array_agg(a.attname || case when a.attnotnull then '' else '?' end) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname <> 'applied_migrations'
    group by c.relname`.execute(databases.system);
  return Object.fromEntries(answer.rows.map((row) => [row.name, row.columns.sort()]));
}
