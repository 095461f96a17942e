import { Client } from 'pg';
import { expect, inject, test } from 'vitest';
import { runOnServer } from '../../tests/support/test-database.ts';
import { isServerAway } from './is-server-away.ts';

test('a connection that the server ended says that the server is away, whenever it is asked', async () => {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  const asking = client.query('select pg_sleep(60)').catch((error: unknown) => errors.push(error));
  await runOnServer(`select pg_terminate_backend(${rows[0].pid})`);
  await asking;
  await client.query('rollback').catch((error: unknown) => errors.push(error));
  await ended;
  await client.query('rollback').catch((error: unknown) => errors.push(error));
  expect(errors.length).toBeGreaterThanOrEqual(3);
  expect(errors.filter((error) => !isServerAway(error))).toEqual([]);
});

test.each([
  ['a fault of a statement', 'select nothing_of_this_name'],
  [
    'a statement that took too long',
    "select set_config('statement_timeout', '1', false), pg_sleep(0); select pg_sleep(1)",
  ],
])('%s is no server that is away', async (_what, statement) => {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    const error = await client.query(statement).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(Error);
    expect(isServerAway(error)).toBe(false);
  } finally {
    await client.end();
  }
});
