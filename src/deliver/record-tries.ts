import { sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { DestinationId, OrganizationId } from '../domain/ids.ts';
import type { SendResult } from './destination-kind.ts';
import { type Disabled, disableDestination } from './disable-destination.ts';
import { FAILING_MS_MAX, toHoldMs, toRetryDelayMs } from './retry-schedule.ts';
import type { Tried } from './try-delivery.ts';

// In: tries that were done. Out, in one transaction: a line of the log for each, what becomes of its delivery, how its
// destination is doing, and what it remembers. What must never happen: a try without its line, or a delivery that ends
// in any other way than delivered, given up with a reason, or cancelled.

/** `chance` from 0 to 1 is the jitter's. Answers the destinations that were disabled by it. */
export async function recordTries(
  { system }: Pick<Databases, 'system'>,
  tried: readonly Tried[],
  { now, chance = Math.random }: { readonly now: Date; readonly chance?: () => number },
): Promise<readonly Disabled[]> {
  if (tried.length === 0) return [];
  const fates = tried.map((one) => toFate(one, now.getTime(), chance()));
  return system.transaction().execute(async (trx) => {
    // In the order in which claiming locks them: lanes first.
    const lanes = toLaneChanges(tried);
    const failing = await changeLanes(trx, lanes, now);
    await insertAttempts(trx, tried);
    await changeDeliveries(trx, fates, now);
    for (const { owed, result } of tried) await remember(trx, owed, result);
    return disableAll(trx, { tried, failing, now });
  });
}

interface Fate {
  readonly id: string;
  readonly state: 'waiting' | 'delivered' | 'given_up';
  readonly reason: string | null;
  readonly tries: number;
  readonly nextTryAt: Date;
}

function toFate({ owed, result }: Tried, now: number, chance: number): Fate {
  const tries = owed.tries + (result.outcome === 'retry' && result.isUncounted === true ? 0 : 1);
  const of = (state: Fate['state'], reason: string | null, nextTryAt = now): Fate => ({
    id: owed.id,
    state,
    reason,
    tries,
    nextTryAt: new Date(nextTryAt),
  });
  if (result.outcome === 'delivered') return of('delivered', null);
  if (result.outcome === 'give_up') return of('given_up', result.reason);
  if (owed.type === 'test') return of('given_up', result.reason);
  if (result.isUncounted === true)
    return of('waiting', result.reason, now + Math.max(result.retryAfterMs ?? 0, UNCOUNTED_MS_LEAST));
  const delayMs = toRetryDelayMs(tries, chance, result.retryAfterMs);
  return delayMs === null ? of('given_up', result.reason) : of('waiting', result.reason, now + delayMs);
}

const UNCOUNTED_MS_LEAST = 1_000;

async function insertAttempts(trx: Transaction<Schema>, tried: readonly Tried[]): Promise<void> {
  const column = <T>(read: (one: Tried) => T): T[] => tried.map(read);
  await sql`
    insert into delivery_attempts (organization_id, delivery_id, attempted_at, duration_ms, outcome, status, reason, answer)
    select t.* from unnest(${column(({ owed }) => owed.organizationId)}::uuid[], ${column(({ owed }) => owed.id)}::uuid[],
      ${column((one) => one.attemptedAt)}::timestamptz[], ${column((one) => one.durationMs)}::int[],
      ${column(({ result }) => result.outcome)}::text[], ${column(({ result }) => result.status)}::int[],
      ${column(({ result }) => (result.outcome === 'delivered' ? null : result.reason))}::text[],
      ${column(({ result }) => result.answer)}::text[]) as t (organization_id, delivery_id, a, b, c, d, e, f)
    where exists (select from deliveries d where d.id = t.delivery_id)`.execute(trx);
}

/** A cancelled one stays so, unless it has just arrived. One that was replayed meanwhile keeps its new place. */
async function changeDeliveries(trx: Transaction<Schema>, fates: readonly Fate[], now: Date): Promise<void> {
  const column = <T>(read: (fate: Fate) => T): T[] => fates.map(read);
  await sql`
    update deliveries d set state = case when d.state = 'waiting' or f.state = 'delivered' then f.state else d.state end,
      reason = case when d.state = 'waiting' or f.state = 'delivered' then f.reason else d.reason end,
      tries = f.tries, next_try_at = f.next_try_at, leased_until = null,
      finished_at = case when d.state = 'waiting' and f.state = 'waiting' then null else coalesce(d.finished_at, ${now}) end
    from unnest(${column((fate) => fate.id)}::uuid[], ${column((fate) => fate.state)}::text[], ${column((fate) => fate.reason)}::text[],
      ${column((fate) => fate.tries)}::int[], ${column((fate) => fate.nextTryAt)}::timestamptz[])
      as f (id, state, reason, tries, next_try_at)
    where d.id = f.id`.execute(trx);
}

interface LaneChange {
  readonly destinationId: DestinationId;
  readonly hasDelivered: boolean;
  readonly hasFailed: boolean;
  readonly holdMs: number;
}

function toLaneChanges(tried: readonly Tried[]): readonly LaneChange[] {
  const lanes = new Map<DestinationId, LaneChange>();
  for (const { owed, result } of tried) {
    const before = lanes.get(owed.destinationId);
    lanes.set(owed.destinationId, {
      destinationId: owed.destinationId,
      hasDelivered: (before?.hasDelivered ?? false) || result.outcome === 'delivered',
      hasFailed: (before?.hasFailed ?? false) || isFault(result),
      holdMs: Math.max(before?.holdMs ?? 0, result.outcome === 'retry' ? toHoldMs(result.retryAfterMs ?? 0) : 0),
    });
  }
  return [...lanes.values()].sort((a, b) => (a.destinationId < b.destinationId ? -1 : 1));
}

/** A message given up on its own account says nothing about the destination. */
function isFault(result: SendResult): boolean {
  return result.outcome === 'retry' && result.isUncounted !== true;
}

/** Answers those that have failed for FAILING_MS_MAX. */
async function changeLanes(
  trx: Transaction<Schema>,
  lanes: readonly LaneChange[],
  now: Date,
): Promise<ReadonlySet<DestinationId>> {
  const column = <T>(read: (lane: LaneChange) => T): T[] => lanes.map(read);
  await sql`select from destination_lanes where destination_id = any(${column((lane) => lane.destinationId)}::uuid[])
    order by destination_id for update`.execute(trx);
  const { rows } = await sql<{ destination_id: DestinationId; first_failure_at: Date | null }>`
    update destination_lanes l set
      first_failure_at = case when c.has_delivered then null when c.has_failed then coalesce(l.first_failure_at, ${now}) else l.first_failure_at end,
      last_success_at = case when c.has_delivered then ${now} else l.last_success_at end,
      ready_at = greatest(l.ready_at, ${now}::timestamptz + c.hold_ms * interval '1 millisecond')
    from unnest(${column((lane) => lane.destinationId)}::uuid[], ${column((lane) => lane.hasDelivered)}::bool[],
      ${column((lane) => lane.hasFailed)}::bool[], ${column((lane) => lane.holdMs)}::float8[])
      as c (destination_id, has_delivered, has_failed, hold_ms)
    where l.destination_id = c.destination_id
    returning l.destination_id, l.first_failure_at`.execute(trx);
  const failing = rows.filter(
    ({ first_failure_at: at }) => at !== null && now.getTime() - at.getTime() >= FAILING_MS_MAX,
  );
  return new Set(failing.map((row) => row.destination_id));
}

async function remember(trx: Transaction<Schema>, owed: Tried['owed'], result: SendResult): Promise<void> {
  const memory = result.outcome === 'give_up' ? undefined : result.memory;
  if (memory === undefined || owed.campaignId === null) return;
  await sql`
    insert into destination_memories (destination_id, organization_id, campaign_id, deal, memory)
    select ${owed.destinationId}, ${owed.organizationId}, c.id, ${owed.dealKey}, ${JSON.stringify(memory)}::jsonb
    from signature_campaigns c where c.id = ${owed.campaignId}
    on conflict (destination_id, campaign_id, deal) do update set memory = excluded.memory, updated_at = now()`.execute(
    trx,
  );
}

async function disableAll(
  trx: Transaction<Schema>,
  { tried, failing, now }: { tried: readonly Tried[]; failing: ReadonlySet<DestinationId>; now: Date },
): Promise<readonly Disabled[]> {
  const reasons = new Map<DestinationId, { organizationId: OrganizationId; reason: Disabled['reason'] }>();
  for (const { owed, result } of tried) {
    const { organizationId, destinationId } = owed;
    const reason = result.outcome === 'give_up' ? result.disable : failing.has(destinationId) ? 'failing' : null;
    if (reason !== null && !reasons.has(destinationId)) reasons.set(destinationId, { organizationId, reason });
  }
  const disabled: Disabled[] = [];
  for (const [destinationId, { organizationId, reason }] of reasons) {
    const done = await disableDestination(trx, { organizationId, destinationId, reason, now });
    if (done !== null) disabled.push(done);
  }
  return disabled;
}
