import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { PersonId } from '../domain/ids.ts';
import { sha256 } from '../kit/crypto.ts';
import { AccountError } from './account-error.ts';
import type { Auth } from './create-auth.ts';
import { hashPassword } from './hash-password.ts';

// A forgotten password: a link leaves, by mail or by the hand of who runs the server, and comes back once with a new
// password within half an hour. What must never happen: the token in a row, a log or an address line that a server
// sees (it stands after the #), or an answer that tells whether an address has an account.

export const RESET_MINUTES = 30;
const TOKEN_BYTES = 32;

/** Makes the person's one open link; a former one is worth nothing from now on. Null: nobody has this address. */
export async function createResetLink(
  { databases, publicUrl }: { databases: Databases; publicUrl: string },
  email: string,
): Promise<string | null> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const made = await databases.system
    .insertInto('password_resets')
    .columns(['user_id', 'token_hash', 'expires_at'])
    .expression((select) =>
      select
        .selectFrom('users')
        .where('email', '=', email.trim().toLowerCase())
        .select([
          'id',
          sql<Buffer>`${sha256(token)}::bytea`.as('token_hash'),
          sql<Date>`now() + make_interval(mins => ${RESET_MINUTES})`.as('expires_at'),
        ]),
    )
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet((to) => ({
        token_hash: to.ref('excluded.token_hash'),
        expires_at: to.ref('excluded.expires_at'),
        created_at: sql`now()`,
      })),
    )
    .executeTakeFirst();
  return made.numInsertedOrUpdatedRows === 0n ? null : `${publicUrl}/reset-password#token=${token}`;
}

/**
 * Sets the password and ends every session of the person. Throws AccountError reset_expired for a link that was used,
 * replaced or is too old, and what hashPassword throws; a weak password does not use the link up.
 */
export async function resetPassword(
  { databases, auth }: { databases: Databases; auth: Auth },
  { token, password }: { token: string; password: string },
): Promise<PersonId> {
  const hash = sha256(token);
  const live = await databases.system
    .selectFrom('password_resets')
    .where('token_hash', '=', hash)
    .where('expires_at', '>', sql<Date>`now()`)
    .select('user_id')
    .executeTakeFirst();
  if (!live) throw expired();
  const passwordHash = await hashPassword(auth, password);
  return databases.system.transaction().execute((trx) => storeReset(trx, hash, passwordHash));
}

async function storeReset(trx: Transaction<Schema>, tokenHash: Buffer, passwordHash: string): Promise<PersonId> {
  const used = await trx
    .deleteFrom('password_resets')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('user_id')
    .executeTakeFirst();
  if (!used) throw expired();
  const personId = used.user_id;
  const changed = await trx
    .updateTable('accounts')
    .set({ password: passwordHash, updated_at: sql`now()` })
    .where('user_id', '=', personId)
    .where('provider_id', '=', 'credential')
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n)
    await trx
      .insertInto('accounts')
      .values({ user_id: personId, account_id: personId, provider_id: 'credential', password: passwordHash })
      .execute();
  await trx.deleteFrom('sessions').where('user_id', '=', personId).execute();
  return personId;
}

function expired(): AccountError {
  return new AccountError(
    'reset_expired',
    `This link was used, replaced by a newer one, or is older than ${RESET_MINUTES} minutes. Ask for a new one.`,
  );
}
