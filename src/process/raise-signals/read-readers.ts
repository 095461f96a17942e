import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Confidence, Device } from '../../domain/verdict.ts';
import type { WantedOpens } from './read-deal-opens.ts';
import { toGroups } from './to-groups.ts';

/** Who opened, as numbers that mean something within one pixel and one reading only. */
export interface Readers {
  readonly opens: readonly ReaderOpen[];
}

interface ReaderOpen {
  readonly at: number;
  readonly device: Device;
  readonly confidence: Confidence;
  readonly reader: number;
}

interface LoadRow {
  n: number;
  id: number;
  at: number;
  visitor: string;
  device: Device;
  confidence: Confidence;
}

/**
 * The opens of readers, none of a mail proxy, since `fromAt` of each pixel, from the first loads that `visitor_seen`
 * keeps while the days' keys live. An open may be there under two days' keys, and two opens are of one reader where
 * they share one. The hash becomes a number here and goes no further.
 */
export async function readReaders(
  trx: Transaction<Schema>,
  wanted: readonly WantedOpens[],
): Promise<readonly Readers[]> {
  const least = Math.min(...wanted.map(({ fromAt }) => fromAt));
  const { rows } = await sql<LoadRow>`
    select want.n::int as n, event.id::float8 as id, (extract(epoch from event.hit_at) * 1000)::float8 as at,
      seen.key_day::text || encode(seen.visitor, 'hex') as visitor, judged.device, judged.confidence
    from unnest(${wanted.map(({ subject }) => subject.pixel.organizationId)}::uuid[],
      ${wanted.map(({ subject }) => subject.pixel.id)}::uuid[], ${wanted.map(({ fromAt }) => fromAt)}::float8[])
      with ordinality as want (organization_id, pixel_id, from_at, n)
    cross join lateral (
      select seen.key_day, seen.visitor, seen.event_id, seen.event_hit_at from visitor_seen seen
      where seen.key_day >= (to_timestamp(want.from_at / 1000) at time zone 'UTC')::date - 1
        and seen.key_day >= (to_timestamp(${least}::float8 / 1000) at time zone 'UTC')::date - 1
        and seen.organization_id = want.organization_id and seen.kind = 'load' and seen.scope_id = want.pixel_id
        and seen.window_at >= to_timestamp(want.from_at / 1000) and seen.event_id is not null
      offset 0) as seen
    cross join lateral (
      select event.id, event.hit_at, event.judgement_id from signature_tracking_events event
      where event.organization_id = want.organization_id and event.hit_at = seen.event_hit_at and event.id = seen.event_id
        and event.hit_at >= to_timestamp(${least}::float8 / 1000) and event.verdict = 'human' offset 0) as event
    join judgements judged on judged.id = event.judgement_id
    order by n, at, device, confidence, id`.execute(trx);
  const loads = toGroups(rows, ({ n }) => n);
  return wanted.map((_, index) => toReaders(loads.get(index + 1) ?? []));
}

function toReaders(loads: readonly LoadRow[]): Readers {
  const root = createRoots();
  for (const { id, visitor } of loads) root.join(`event ${id}`, visitor);
  const numbers = new Map<string, number>();
  const told = new Set<number>();
  const opens: ReaderOpen[] = [];
  for (const { id, at, device, confidence } of loads) {
    if (told.has(id)) continue;
    told.add(id);
    const name = root.find(`event ${id}`);
    const reader = numbers.get(name) ?? numbers.size;
    numbers.set(name, reader);
    opens.push({ at, device, confidence, reader });
  }
  return { opens };
}

/** Names that were joined, however indirectly, share a root. */
function createRoots() {
  const parents = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  return {
    find,
    join(one: string, other: string): void {
      const [a, b] = [find(one), find(other)];
      if (a !== b) parents.set(a, b);
    },
  };
}
