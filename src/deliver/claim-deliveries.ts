import { sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { DestinationType } from '../domain/destination.ts';
import type { DeliveryId, DestinationId } from '../domain/ids.ts';
import type { Pace } from './destination-kind.ts';

// Hands out deliveries that are due, each to one process until its lease ends. A destination's lane is locked while its
// share is counted, so its pace and its number of tries at once hold over all processes. What must never happen: one
// destination taking the places of others: each gets at most its own pace, and a failing one next to nothing.

export interface ClaimQuestion {
  readonly now: Date;
  readonly leaseMs: number;
  /** Places free in this process. */
  readonly room: number;
  readonly paces: Readonly<Partial<Record<DestinationType, Pace>>>;
}

/** Lanes served in one go; the others are next, since who was served last comes last. */
const LANES_MAX = 200;
/** A destination that has been failing since its last success is tried with this many at once. */
export const FAILING_CONCURRENCY = 2;

export async function claimDeliveries(
  { system }: Pick<Databases, 'system'>,
  question: ClaimQuestion,
): Promise<readonly DeliveryId[]> {
  return system.transaction().execute(async (trx) => {
    const lanes = await lockLanes(trx, question);
    if (lanes.length === 0) return [];
    const share = Math.ceil(question.room / lanes.length);
    const claimed = await lease(trx, question, { lanes, share });
    await spend(trx, question.now, { lanes, claimed });
    return claimed.map(({ id }) => id);
  });
}

interface Lane {
  readonly destination_id: DestinationId;
  readonly tokens: number;
  readonly concurrency: number;
}

/** Those with something due, a place and a token. Counted again by `lease`, once nobody else can take from them. */
async function lockLanes(trx: Transaction<Schema>, { now, paces }: ClaimQuestion): Promise<readonly Lane[]> {
  const types = Object.keys(paces);
  const column = (read: (pace: Pace) => number) => Object.values(paces).map(read);
  const { rows } = await sql<Lane>`
    select l.destination_id, p.concurrency,
      least(p.burst, l.tokens + greatest(extract(epoch from ${now}::timestamptz - l.tokens_at), 0) * p.per_second)::float8 as tokens
    from destination_lanes l
    join destinations x on x.id = l.destination_id and x.state = 'active'
    join lateral (select k.burst, k.per_second,
        case when l.first_failure_at is null then k.concurrency else least(k.concurrency, ${FAILING_CONCURRENCY}::int) end as concurrency
      from unnest(${types}::text[], ${column((pace) => pace.concurrency)}::int[], ${column((pace) => pace.perSecond)}::float8[],
        ${column((pace) => pace.burst)}::float8[]) as k (type, concurrency, per_second, burst) where k.type = x.type) p on true
    where l.ready_at <= ${now}
      and least(p.burst, l.tokens + greatest(extract(epoch from ${now}::timestamptz - l.tokens_at), 0) * p.per_second) >= 1
      and exists (select from deliveries d where d.destination_id = l.destination_id and d.state = 'waiting'
        and d.next_try_at <= ${now} and (d.leased_until is null or d.leased_until <= ${now}))
      and (select count(*) from deliveries d where d.destination_id = l.destination_id and d.leased_until > ${now}) < p.concurrency
    order by l.served_at limit ${LANES_MAX}::int for update of l skip locked`.execute(trx);
  return rows;
}

interface Claimed {
  readonly id: DeliveryId;
  readonly destination_id: DestinationId;
}

async function lease(
  trx: Transaction<Schema>,
  { now, leaseMs, room }: ClaimQuestion,
  { lanes, share }: { readonly lanes: readonly Lane[]; readonly share: number },
): Promise<readonly Claimed[]> {
  const until = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<Claimed>`
    with lane as (
      select destination_id, least(tokens, ${share}::int, concurrency - (select count(*) from deliveries d
        where d.destination_id = lane.destination_id and d.leased_until > ${now})) as places
      from unnest(${lanes.map((lane) => lane.destination_id)}::uuid[], ${lanes.map((lane) => Math.floor(lane.tokens))}::int[],
        ${lanes.map((lane) => lane.concurrency)}::int[]) as lane (destination_id, tokens, concurrency)
    ), picked as (
      select d.id from lane cross join lateral (
        select id from deliveries d where d.destination_id = lane.destination_id and d.state = 'waiting'
          and d.next_try_at <= ${now} and (d.leased_until is null or d.leased_until <= ${now})
        order by d.next_try_at limit greatest(lane.places, 0) for update skip locked) d
      limit ${room}::int
    )
    update deliveries d set leased_until = ${until} from picked where d.id = picked.id
    returning d.id, d.destination_id`.execute(trx);
  return rows;
}

async function spend(
  trx: Transaction<Schema>,
  now: Date,
  { lanes, claimed }: { readonly lanes: readonly Lane[]; readonly claimed: readonly Claimed[] },
): Promise<void> {
  const used = new Map<DestinationId, number>();
  for (const { destination_id } of claimed) used.set(destination_id, (used.get(destination_id) ?? 0) + 1);
  const served = lanes.filter((lane) => used.has(lane.destination_id));
  if (served.length === 0) return;
  await sql`
    update destination_lanes l set tokens = s.tokens, tokens_at = ${now}, served_at = ${now}
    from unnest(${served.map((lane) => lane.destination_id)}::uuid[],
      ${served.map((lane) => lane.tokens - (used.get(lane.destination_id) ?? 0))}::float8[]) as s (destination_id, tokens)
    where l.destination_id = s.destination_id`.execute(trx);
}
