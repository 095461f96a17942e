import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Schema } from '../db/schema.ts';
import { API_KEY_MARK, type ApiScope } from '../domain/api-scope.ts';
import type { ApiKeyId, MemberId, OrganizationId } from '../domain/ids.ts';
import { sha256 } from '../kit/crypto.ts';
import { AccountError } from './account-error.ts';

// Keys that speak for an organization. A key's text leaves once, when it is made; afterwards only its hash is known.
// What must never happen: a key in a URL, a log or an audit line.

/** Keys of one organization that are neither revoked nor expired. */
export const API_KEYS_MAX = 100;
const KEY_BYTES = 32;
const PREFIX_CHARS = API_KEY_MARK.length + 6;

/** Throws AccountError too_many_keys. `key` is the only time its text is told. */
export async function createApiKey(
  trx: Transaction<Schema>,
  draft: ApiKeyDraft,
): Promise<{ readonly record: ApiKeyRecord; readonly key: string }> {
  const key = draft.key ?? API_KEY_MARK + randomBytes(KEY_BYTES).toString('base64url');
  await refuseTooMany(trx, draft.organizationId);
  const row = await trx
    .insertInto('api_keys')
    .values({
      organization_id: draft.organizationId,
      name: draft.name,
      prefix: key.slice(0, PREFIX_CHARS),
      key_hash: sha256(key),
      scopes: [...draft.scopes],
      created_by: draft.actor.id,
      expires_at: draft.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await recordAudit(trx, {
    organizationId: draft.organizationId,
    actor: draft.actor,
    action: 'key.created',
    subject: { id: row.id, name: row.name },
    after: { scopes: draft.scopes, expiresAt: draft.expiresAt?.toISOString() ?? null },
  });
  return { record: toRecord(row, draft.actor.name), key };
}

export interface ApiKeyDraft {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly expiresAt: Date | null;
  /** For the demo, whose key is the same in every run; made at random everywhere else. */
  readonly key?: string;
}

export interface ApiKeyRecord {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly ApiScope[];
  readonly createdBy: { readonly userId: MemberId; readonly name: string } | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Newest first, revoked ones among them. */
export async function readApiKeys(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<readonly ApiKeyRecord[]> {
  const rows = await trx
    .selectFrom('api_keys as key')
    .leftJoin('organization_users as member', 'member.id', 'key.created_by')
    .where('key.organization_id', '=', organizationId)
    .selectAll('key')
    .select('member.name as created_by_name')
    .orderBy('key.created_at', 'desc')
    .orderBy('key.id')
    .limit(LISTED_MAX)
    .execute();
  return rows.map((row) => toRecord(row, row.created_by_name));
}

const LISTED_MAX = 500;

/** False: the organization has no such key. A key that is revoked already stays as it is. */
export async function revokeApiKey(
  trx: Transaction<Schema>,
  { organizationId, keyId, actor }: { organizationId: OrganizationId; keyId: ApiKeyId; actor: Actor },
): Promise<boolean> {
  const found = await trx
    .selectFrom('api_keys')
    .where('organization_id', '=', organizationId)
    .where('id', '=', keyId)
    .select(['name', 'revoked_at'])
    .forUpdate()
    .executeTakeFirst();
  if (!found || found.revoked_at !== null) return found !== undefined;
  await trx
    .updateTable('api_keys')
    .set({ revoked_at: sql`now()` })
    .where('organization_id', '=', organizationId)
    .where('id', '=', keyId)
    .execute();
  await recordAudit(trx, { organizationId, actor, action: 'key.revoked', subject: { id: keyId, name: found.name } });
  return true;
}

/** Under the organization's lock, so that racing requests cannot pass the limit together. */
async function refuseTooMany(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`mailtracker.api_keys.${organizationId}`}, 0))`.execute(
    trx,
  );
  const { live } = await trx
    .selectFrom('api_keys')
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<Date>`now()`)]))
    .select((select) => select.fn.countAll<number>().as('live'))
    .executeTakeFirstOrThrow();
  if (live >= API_KEYS_MAX)
    throw new AccountError('too_many_keys', `There are ${API_KEYS_MAX} live keys. Revoke one that is not used.`);
}

interface ApiKeyRow {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly ApiScope[];
  readonly created_by: MemberId | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

function toRecord(row: ApiKeyRow, createdByName: string | null): ApiKeyRecord {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdBy: row.created_by === null ? null : { userId: row.created_by, name: createdByName ?? '' },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
