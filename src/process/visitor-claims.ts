import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { sha256 } from '../kit/crypto.ts';
import { VISITOR_BYTES } from '../visitors/to-visitor.ts';
import { sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';
import type { Identity } from './to-identities.ts';

/** What a visitor is unique in: a member's local day, a campaign's hour, and of readers an organization's UTC day. */
export interface ClaimedWindow {
  readonly organizationId: string;
  readonly kind: 'day' | 'hour' | 'reader';
  /** The member, the campaign or the organization. */
  readonly scopeId: string;
  /** Milliseconds: the UTC hour or day, or the local day's date as if it were UTC. */
  readonly windowAt: number;
}

/** One row of visitor_claims: that a visitor was in a window, without saying which of either. */
export interface VisitorClaim {
  /** Of both other parts of the key; sorts as the rows' key does. */
  readonly key: string;
  /** Days since the epoch of the visitor's key, UTC. */
  readonly keyDay: number;
  readonly organizationId: string;
  readonly scopeId: string;
  /** 16 bytes, hex. */
  readonly claim: string;
}

/**
 * Makes claims of one batch. A claim is the visitor's hash xor the first 16 bytes of SHA-256("kind|scope|milliseconds")
 * of the window: both are as good as random, so that two claims are as unlikely to be equal as two visitors.
 */
export function createClaims(): (window: ClaimedWindow, identity: Identity) => VisitorClaim {
  const masks = new Map<string, Buffer>();
  return ({ organizationId, kind, scopeId, windowAt }, { keyDay, visitor }) => {
    const name = `${kind}|${scopeId}|${windowAt}`;
    let mask = masks.get(name);
    if (mask === undefined) {
      mask = sha256(name);
      masks.set(name, mask);
    }
    scratch.write(visitor, 'hex');
    for (let i = 0; i < VISITOR_BYTES; i += 1) scratch[i] = (scratch[i] ?? 0) ^ (mask[i] ?? 0);
    const claim = scratch.toString('hex');
    return { key: toKey(keyDay, claim), keyDay, organizationId, scopeId, claim };
  };
}

const scratch = Buffer.alloc(VISITOR_BYTES);

function toKey(keyDay: number, claim: string): string {
  return `${keyDay} ${claim}`;
}

/** Stores claims and answers the keys of those that were new. Sorted, so that two processors cannot deadlock. */
export async function storeClaims(
  trx: Transaction<Schema>,
  claims: readonly VisitorClaim[],
): Promise<ReadonlySet<string>> {
  const stored = await sendTogether(toChunks(toSorted(claims)).map((chunk) => () => storeChunk(trx, chunk)));
  return new Set(stored.flat());
}

/** Gives claims back: whoever comes next is the first again. */
export async function removeClaims(trx: Transaction<Schema>, claims: readonly VisitorClaim[]): Promise<void> {
  for (const chunk of toChunks(toSorted(claims)))
    await sql`delete from visitor_claims kept using (select key_day, claim from ${toInput(chunk)}) gone
      where kept.key_day = gone.key_day and kept.claim = gone.claim`.execute(trx);
}

function toSorted(claims: readonly VisitorClaim[]): readonly VisitorClaim[] {
  return [...claims].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One text comes back for all that were new, since the driver takes longer to read a row than the database to insert it. */
async function storeChunk(trx: Transaction<Schema>, chunk: readonly VisitorClaim[]): Promise<readonly string[]> {
  const { rows } = await sql<{ stored: string | null }>`
    with stored as (
      insert into visitor_claims (key_day, claim, organization_id, scope_id)
      select key_day, claim, organization_id, scope_id from ${toInput(chunk)} order by n
      on conflict do nothing
      returning key_day, claim
    )
    select string_agg((key_day - date '1970-01-01') || ' ' || encode(claim, 'hex'), ',') as stored from stored`.execute(
    trx,
  );
  return rows[0]?.stored?.split(',') ?? [];
}

function toInput(claims: readonly VisitorClaim[]) {
  return sql`(
    select date '1970-01-01' + day as key_day, decode(hex, 'hex') as claim, organization_id, scope_id, n
    from unnest(${toArrayText(claims.map(({ keyDay }) => keyDay))}::int[], ${toArrayText(claims.map(({ claim }) => claim))}::text[],
      ${toArrayText(claims.map(({ organizationId }) => organizationId))}::uuid[], ${toArrayText(claims.map(({ scopeId }) => scopeId))}::uuid[])
      with ordinality as input (day, hex, organization_id, scope_id, n)) as input`;
}
