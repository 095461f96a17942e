import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { type ArrayValue, toArrayText } from './to-array-text.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function readBack(values: readonly ArrayValue[], type: string): Promise<unknown> {
  const { rows } = await sql<{ values: unknown }>`
    select array(select value from unnest(${toArrayText(values)}::${sql.raw(type)}[]) with ordinality as input (value, n) order by n) as values`.execute(
    database.system,
  );
  return rows[0]?.values;
}

test('every text comes back as it was, whatever is in it', async () => {
  const texts = [
    'human',
    '',
    'null',
    'NULL',
    'nullable',
    'a,b',
    '{}',
    '"',
    '\\',
    '\\"x\\\\',
    ' padded ',
    'ä😀\n\t',
    "it's",
    '1.5e+3',
  ];
  expect(await readBack([...texts, null], 'text')).toEqual([...texts, null]);
});

test('numbers, truths, bytes, ids and times come back as they were, none as null', async () => {
  expect(await readBack([1, -2.5, 1.7976931348623157e308, null], 'float8')).toEqual([
    1,
    -2.5,
    1.7976931348623157e308,
    null,
  ]);
  expect(await readBack([true, false, null], 'bool')).toEqual([true, false, null]);
  const bytes = [Buffer.from([0, 255, 92, 34]), Buffer.alloc(0), Uint8Array.of(7).subarray(0)];
  expect(await readBack(bytes, 'bytea')).toEqual(bytes.map((one) => Buffer.from(one)));
  const id = '7b0f2a54-1c4e-4a7e-9a55-0d8f5f0f3a01';
  expect(await readBack([id, null], 'uuid')).toEqual([id, null]);
  expect(await readBack(['2026-06-10T12:00:00.123Z'], 'timestamptz')).toEqual([new Date('2026-06-10T12:00:00.123Z')]);
});

test('no values are an empty array', async () => {
  expect(await readBack([], 'int')).toEqual([]);
});
