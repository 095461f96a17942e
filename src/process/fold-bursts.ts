import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import { DAY_MS } from '../domain/hit.ts';
import { isProxied } from '../domain/verdict.ts';
import { sha256 } from '../kit/crypto.ts';
import { VISITOR_CHARS } from '../visitors/to-visitor.ts';
import type { KeptHit } from './drop-hits.ts';
import type { Pixel } from './read-pixels.ts';
import { mapInTurns, sendTogether } from './send-together.ts';
import { toChunks } from './to-chunks.ts';
import { type Identity, toIdentities } from './to-identities.ts';
import { toReaderReachMs } from './to-reader-reach-ms.ts';

/** One reading of a mail: the first load, and how many loads it took. */
export interface Open extends KeptHit {
  loads: number;
  /** Under what the loads that come later will find this one. */
  readonly foldedAs: readonly Identity[];
}

/** Loads of an open that is already stored. */
export interface LaterLoads {
  /** Null: the open was refused as part of a burst, and so are they. */
  readonly eventId: number | null;
  /** The open's time, milliseconds. */
  readonly hitAt: number;
  readonly pixel: Pixel;
  loads: number;
}

/** Loads at most this far from the first belong to one open (product.md section 4). */
export const FOLD_MS = 10_000;

/**
 * Loads of one pixel by one visitor, or by one mail proxy's family whatever its address, within 10 s of the first
 * become one open; the first may be stored already. A proxy's prefetch never swallows its open: they fold apart. In
 * mode `aggregate`, or without a day key, only proxies' loads fold, since nobody else can be told from another.
 */
export async function foldBursts(
  trx: Transaction<Schema>,
  kept: readonly KeptHit[],
): Promise<{ opens: readonly Open[]; laterLoads: readonly LaterLoads[] }> {
  const sorted = [...kept].sort((a, b) => a.hit.hitAt - b.hit.hitAt);
  const loads: Load[] = [];
  const stored = await sendTogether(toStatements());
  const firsts = toFirsts(stored.flat());
  const opens: Open[] = [];
  for (const load of loads) {
    const first = findFirst(load, firsts);
    if (first) {
      first.into.loads += 1;
      continue;
    }
    const open: Open = { ...load.kept, loads: 1, foldedAs: load.identities };
    opens.push(open);
    for (const key of load.keys) toGroup(firsts, key).push({ hitAt: open.hit.hitAt, into: open });
  }
  const later = [...firsts.values()].flat().flatMap(({ into }) => ('eventId' in into && into.loads > 0 ? into : []));
  return { opens, laterLoads: [...new Set(later)] };

  /** Readers are hashed while the database looks up those of the chunk before. */
  async function* toStatements(): AsyncGenerator<() => Promise<readonly StoredFirst[]>> {
    for (const chunk of toChunks(sorted)) {
      const mine = await mapInTurns(chunk, toLoad);
      loads.push(...mine);
      yield () => readFirsts(trx, toWantedFirsts(mine));
    }
  }
}

interface Load {
  readonly kept: KeptHit;
  readonly identities: readonly Identity[];
  /** One per identity; loads that share one may fold. */
  readonly keys: readonly string[];
}

interface First {
  readonly hitAt: number;
  readonly into: Open | LaterLoads;
}

type Firsts = Map<string, First[]>;

function toLoad(kept: KeptHit): Load {
  const identities = isProxied(kept.judgement.verdict)
    ? toFamily(kept)
    : toIdentities(kept, toReaderReachMs(kept.pixel));
  const keys = identities.map(({ keyDay, visitor }) => `${keyDay}|${kept.pixel.id}|${visitor}`);
  return { kept, identities, keys };
}

/** A mail proxy's family in the place of a visitor; it knows no midnight but its rows are kept by UTC day all the same. */
function toFamily({ hit, judgement }: KeptHit): readonly Identity[] {
  const visitor = toFamilyVisitor(`${judgement.verdict} by ${judgement.clientFamily}`);
  const keyDay = Math.floor(hit.hitAt / DAY_MS);
  const family = [{ keyDay, visitor }];
  if (hit.hitAt - FOLD_MS < keyDay * DAY_MS) family.push({ keyDay: keyDay - 1, visitor });
  return family;
}

/** A few dozen, since verdicts and families are lists in the code. */
const families = new Map<string, string>();

function toFamilyVisitor(name: string): string {
  const known = families.get(name) ?? sha256(name).toString('hex').slice(0, VISITOR_CHARS);
  families.set(name, known);
  return known;
}

function toGroup(firsts: Firsts, key: string): First[] {
  const known = firsts.get(key);
  if (known) return known;
  const group: First[] = [];
  firsts.set(key, group);
  return group;
}

/**
 * First loads of one key are more than 10 s apart, so at most two are near: one before and, when hits arrived out of
 * order, one after. The earlier one it is, as if they had come in order.
 */
function findFirst(load: Load, firsts: Firsts): First | null {
  let earliest: First | null = null;
  for (const key of load.keys) {
    for (const first of firsts.get(key) ?? []) {
      if (Math.abs(load.kept.hit.hitAt - first.hitAt) > FOLD_MS) continue;
      if (earliest === null || first.hitAt < earliest.hitAt) earliest = first;
    }
  }
  return earliest;
}

interface StoredFirst {
  readonly want: WantedFirst;
  readonly eventId: number | null;
  readonly eventAt: number;
}

/** What two chunks asked for is found twice, and is one. */
function toFirsts(stored: readonly StoredFirst[]): Firsts {
  const firsts: Firsts = new Map();
  const events = new Map<string, LaterLoads>();
  for (const { want, eventId, eventAt } of stored) {
    const name = `${eventId} ${want.pixel.id} ${eventAt}`;
    const into = events.get(name) ?? { eventId, hitAt: eventAt, pixel: want.pixel, loads: 0 };
    events.set(name, into);
    toGroup(firsts, want.key).push({ hitAt: eventAt, into });
  }
  return firsts;
}

/**
 * First loads that are stored near these, by key. The pixels' rows are locked, so none can be added meanwhile.
 * Lateral and `offset 0` keep it at one look-up in the primary key per key, whatever the planner believes of the size.
 */
async function readFirsts(trx: Transaction<Schema>, wanted: readonly WantedFirst[]): Promise<readonly StoredFirst[]> {
  if (wanted.length === 0) return [];
  const keyDays = wanted.map((want) => want.identity.keyDay);
  const { rows } = await sql<{ n: number; event_id: number | null; event_at: number }>`
    select want.n::int as n, found.event_id, found.event_at
    from unnest(${toArrayText(keyDays)}::int[], ${toArrayText(wanted.map((want) => want.pixel.organizationId))}::uuid[],
      ${toArrayText(wanted.map((want) => want.pixel.id))}::uuid[], ${toArrayText(wanted.map((want) => want.identity.visitor))}::text[],
      ${toArrayText(wanted.map((want) => want.fromAt))}::float8[], ${toArrayText(wanted.map((want) => want.toAt))}::float8[])
      with ordinality as want (key_day, organization_id, scope_id, visitor, from_at, to_at, n)
    cross join lateral (
      select seen.event_id::float8 as event_id, (extract(epoch from seen.event_hit_at) * 1000)::float8 as event_at
      from visitor_seen seen
      where seen.key_day = date '1970-01-01' + want.key_day and seen.organization_id = want.organization_id
        and seen.kind = 'load' and seen.scope_id = want.scope_id and seen.visitor = decode(want.visitor, 'hex')
        and seen.window_at between to_timestamp(want.from_at / 1000) and to_timestamp(want.to_at / 1000)
        and seen.key_day between date '1970-01-01' + ${toLeast(keyDays)}::int and date '1970-01-01' + ${toMost(keyDays)}::int
      offset 0) as found`.execute(trx);
  return rows.flatMap((row) => {
    const want = wanted[row.n - 1];
    return want === undefined ? [] : { want, eventId: row.event_id, eventAt: row.event_at };
  });
}

interface WantedFirst {
  readonly key: string;
  readonly pixel: KeptHit['pixel'];
  readonly identity: Identity;
  readonly fromAt: number;
  toAt: number;
}

/** `loads` by time, so that a key's first load sets where its range begins and its last where it ends. */
function toWantedFirsts(loads: readonly Load[]): readonly WantedFirst[] {
  const wanted = new Map<string, WantedFirst>();
  for (const { kept, identities, keys } of loads) {
    for (const [i, identity] of identities.entries()) {
      const key = keys[i] ?? '';
      const known = wanted.get(key);
      const toAt = kept.hit.hitAt + FOLD_MS;
      if (known) known.toAt = toAt;
      else wanted.set(key, { key, pixel: kept.pixel, identity, fromAt: kept.hit.hitAt - FOLD_MS, toAt });
    }
  }
  return [...wanted.values()];
}

function toLeast(numbers: readonly number[]): number {
  return numbers.reduce((least, number) => Math.min(least, number));
}

function toMost(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number));
}
