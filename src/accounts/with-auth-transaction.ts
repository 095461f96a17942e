import type { BetterAuthOptions } from '@better-auth/core';
import { runWithTransaction } from '@better-auth/core/context';
import type { DBAdapter } from '@better-auth/core/db/adapter';
import { kyselyAdapter } from '@better-auth/kysely-adapter';
import type { Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { Auth } from './create-auth.ts';

/**
 * Runs `work` in one transaction of the system role which the sign-in library joins: what it writes and what we write
 * through `trx` is stored together or not at all. Only its sign-up may be called inside: endpoints that write past
 * the joined transaction would wait for a second connection and can deadlock a small pool.
 */
export async function withAuthTransaction<T>(
  { databases, auth }: { databases: Databases; auth: Auth },
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  const { options } = await auth.$context;
  let ours: Transaction<Schema> | null = null;
  const joined: DBAdapter<BetterAuthOptions> = {
    ...kyselyAdapter(databases.system, { type: 'postgres' })(options),
    transaction: (callback) =>
      databases.system.transaction().execute((trx) => {
        ours = trx;
        return callback(kyselyAdapter(trx, { type: 'postgres' })(options));
      }),
  };
  return runWithTransaction(joined, () => {
    if (ours === null) throw new Error('A transaction of the sign-in library is already open.');
    return work(ours);
  });
}
