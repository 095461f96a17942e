import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { isSqlState } from '../db/roles.ts';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';

/** Rows that went, by what they were. */
export interface Purged {
  readonly visitorDays: number;
  readonly ownDevices: number;
  /** Whole weeks of opens, which go as files; the rows of the others are counted in `events`. */
  readonly eventWeeks: number;
  readonly events: number;
  /** With what became of them; digests too. */
  readonly signals: number;
  readonly slots: number;
  readonly days: number;
  readonly blocks: number;
  /** What screens were told. */
  readonly live: number;
  readonly deadLetters: number;
  /** Some table had more to delete than one run does; the next run goes on. */
  readonly isUnfinished: boolean;
}

/** Rows of one delete: locks stay short, and so does the time that a hit waits for a core or the disk. */
const DELETE_ROWS_MAX = 500;
/** Deletes of one kind in one run: 5 million rows; what is left waits for the next hour. */
const DELETES_MAX = 10_000;
/** After a delete four times the rest that it took: hits have the disk and four fifths of the time. */
const REST_FACTOR = 4;
const REST_MS_MAX = 1_000;
/** A block must be remembered for longer than any spool keeps it. */
const PROCESSED_BLOCK_DAYS = 7;
const DEAD_LETTER_DAYS = 30;
/** A screen that was away for longer reads its lists anew. */
const LIVE_HOURS = 6;
const TOTALS_MONTHS = 13;
/** Dropping a partition waits this long for the batches under way, and makes the next ones wait as long. */
const DROP_LOCK_WAIT_MS = 5000;
/** Opens are read by people, too, some for minutes. */
const DROP_EVENTS_WAIT_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/**
 * Forgets what is past its time, as of `now` (milliseconds). Safe to run on several nodes at once. Aborted, it ends
 * after the delete under way and is unfinished.
 */
export async function purge(databases: Databases, now: number, signal?: AbortSignal): Promise<Purged> {
  const visitorDays = await dropVisitors(databases, now);
  const counts = { ownDevices: 0, events: 0, signals: 0, slots: 0, days: 0, blocks: 0, live: 0, deadLetters: 0 };
  let isUnfinished = false;
  const remove = async (kind: keyof typeof counts, table: string, isPast: Past): Promise<void> => {
    const { rows, isDone } = await deleteInSteps(databases, { table, ...isPast, signal });
    counts[kind] += rows;
    isUnfinished ||= !isDone;
  };
  const retentions = await readRetentions(databases);
  const dropped = await dropEvents(databases, now, retentions);
  isUnfinished ||= dropped === null;
  await remove('ownDevices', 'own_devices', { scope: sql`key_day < date '1970-01-01' + ${toFirstKeyDay(now)}::int` });
  for (const { organizationId, retentionDays } of retentions) {
    const scope = sql`organization_id = ${organizationId}::uuid`;
    const before = toTimestamp(now - retentionDays * DAY_MS);
    await remove('events', 'signature_tracking_events', { scope, column: 'hit_at', before });
    await remove('events', 'reclassified_events', { scope, column: 'hit_at', before });
    await remove('signals', 'signals', { scope, column: 'raised_at', before });
    await remove('signals', 'signal_digests', { scope: sql`${scope} and until_at < ${before}` });
    await remove('slots', 'tracking_rollup_slots', { scope, column: 'slot_at', before });
    await remove('slots', 'tracking_drop_slots', { scope, column: 'slot_at', before });
    const firstDay = sql`(${before} at time zone 'UTC')::date`;
    await remove('days', 'tracking_rollup_readers', { scope: sql`${scope} and day < ${firstDay}` });
  }
  const totalsKeptFrom = sql`((${toTimestamp(now)} at time zone 'UTC')::date - make_interval(months => ${TOTALS_MONTHS}))::date`;
  await remove('days', 'tracking_rollup_days', { scope: sql`day < ${totalsKeptFrom}` });
  await remove('days', 'unattributed_drops', { scope: sql`day < ${totalsKeptFrom}` });
  const toAge = (column: string, ageMs: number) => ({ scope: sql`true`, column, before: toTimestamp(now - ageMs) });
  await remove('blocks', 'processed_blocks', toAge('processed_at', PROCESSED_BLOCK_DAYS * DAY_MS));
  await remove('live', 'live_events', toAge('at', LIVE_HOURS * 3_600_000));
  const lettersBefore = toTimestamp(now - DEAD_LETTER_DAYS * DAY_MS);
  await remove('deadLetters', 'dead_letters', { scope: sql`created_at < ${lettersBefore}` });
  return { visitorDays, eventWeeks: dropped ?? 0, ...counts, isUnfinished };
}

function toTimestamp(at: number): RawBuilder<unknown> {
  return sql`to_timestamp(${at}::float8 / 1000)`;
}

/** Days since the epoch (UTC) of the oldest key alive. */
function toFirstKeyDay(now: number): number {
  return Math.floor(now / DAY_MS) - 1;
}

/** Keys of today and yesterday are alive; everything hashed under an older one goes, 48 hours after it began. */
async function dropVisitors(databases: Databases, now: number): Promise<number> {
  const keptFrom = toFirstKeyDay(now);
  return databases.system.transaction().execute(async (trx) => {
    await sql`select set_config('lock_timeout', ${`${DROP_LOCK_WAIT_MS}ms`}, true)`.execute(trx);
    const { rows } = await sql<{ dropped: number }>`
      select app_private.drop_visitors_before(date '1970-01-01' + ${keptFrom}::int) as dropped`.execute(trx);
    return rows[0]?.dropped ?? 0;
  });
}

/**
 * Weeks that are past for every organization: no row is deleted and no hole is left. Null when somebody was reading for
 * longer than hits may wait; then the rows are deleted one by one, and the files go another hour.
 */
async function dropEvents(
  databases: Databases,
  now: number,
  retentions: readonly { readonly retentionDays: number }[],
): Promise<number | null> {
  const longest = retentions.reduce((most, { retentionDays }) => Math.max(most, retentionDays), 0);
  if (longest === 0) return 0;
  try {
    return await databases.system.transaction().execute(async (trx) => {
      await sql`select set_config('lock_timeout', ${`${DROP_EVENTS_WAIT_MS}ms`}, true)`.execute(trx);
      const { rows } = await sql<{ dropped: number }>`
        select app_private.drop_events_before(${toTimestamp(now - longest * DAY_MS)}) as dropped`.execute(trx);
      return rows[0]?.dropped ?? 0;
    });
  } catch (error) {
    if (!isSqlState(error, LOCK_NOT_AVAILABLE) && !isSqlState(error, DEADLOCK)) throw error;
    return null;
  }
}

/** Every organization with its retention; one without a settings row has the default. */
async function readRetentions(
  databases: Databases,
): Promise<readonly { organizationId: OrganizationId; retentionDays: number }[]> {
  const { rows } = await sql<{ id: OrganizationId; tracking_settings: Partial<TrackingSettings> | null }>`
    select o.id, s.tracking_settings from organizations o
    left join organization_settings s on s.organization_id = o.id order by o.id`.execute(databases.system);
  return rows.map((row) => ({
    organizationId: row.id,
    retentionDays: toTrackingSettings(row.tracking_settings).retention_days,
  }));
}

/** What is past: all of `scope`, or what lies before `before` by an indexed time column, oldest first. */
type Past =
  | { readonly scope: RawBuilder<unknown>; readonly column?: never; readonly before?: never }
  | { readonly scope: RawBuilder<unknown>; readonly column: string; readonly before: RawBuilder<unknown> };

type Deletion = Past & { readonly table: string; readonly signal: AbortSignal | undefined };

/**
 * One step at a time over all nodes, so that two of them share the work and never wait for each other's rows. A step is
 * not waited for until it is on disk: what a crash brings back is deleted by the next run.
 */
async function deleteInSteps(
  databases: Databases,
  deletion: Deletion,
): Promise<{ readonly rows: number; readonly isDone: boolean }> {
  let rows = 0;
  let since = '-infinity';
  for (let step = 0; step < DELETES_MAX && deletion.signal?.aborted !== true; step += 1) {
    const began = performance.now();
    const { count, until } = await databases.system.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('mailtracker.purge')), set_config('synchronous_commit', 'off', true)`.execute(
        trx,
      );
      return deletion.column === undefined ? deleteAny(trx, deletion) : deleteOldest(trx, deletion, since);
    });
    rows += count;
    since = until;
    if (count < DELETE_ROWS_MAX) return { rows, isDone: true };
    const restMs = Math.min((performance.now() - began) * REST_FACTOR, REST_MS_MAX);
    await sleep(restMs, undefined, { signal: deletion.signal }).catch(() => undefined);
  }
  return { rows, isDone: false };
}

interface Step {
  readonly count: number;
  /** Where the next step begins, as text: a Date would lose the microseconds. */
  readonly until: string;
}

async function deleteAny(trx: Transaction<Schema>, { table, scope }: Deletion): Promise<Step> {
  const { numAffectedRows } = await sql`
    delete from ${sql.table(table)} where ${scope} and (tableoid, ctid) in (
      select tableoid, ctid from ${sql.table(table)} where ${scope} limit ${DELETE_ROWS_MAX})`.execute(trx);
  return { count: Number(numAffectedRows ?? 0), until: '-infinity' };
}

/**
 * Begins where the step before ended, so that no step passes over the rows that earlier ones deleted: from the
 * beginning, the last steps of a million took five times as long as the first. Both ends are given as values: the
 * planner then looks at one or two partitions, not at all.
 */
async function deleteOldest(
  trx: Transaction<Schema>,
  { table, scope, column, before }: Extract<Deletion, { column: string }>,
  since: string,
): Promise<Step> {
  const at = sql.ref(column);
  const { rows } = await sql<{ until: string | null }>`
    select max(at)::text as until from (
      select ${at} as at from ${sql.table(table)} where ${scope} and ${at} >= ${since}::timestamptz and ${at} < ${before}
      order by ${at} limit ${DELETE_ROWS_MAX}) oldest`.execute(trx);
  const until = rows[0]?.until ?? null;
  if (until === null) return { count: 0, until: since };
  const isOldest = sql`${scope} and ${at} >= ${since}::timestamptz and ${at} <= ${until}::timestamptz`;
  const { numAffectedRows } = await sql`
    delete from ${sql.table(table)} where ${isOldest} and (tableoid, ctid) in (
      select tableoid, ctid from ${sql.table(table)} where ${isOldest} order by ${at} limit ${DELETE_ROWS_MAX})`.execute(
    trx,
  );
  return { count: Number(numAffectedRows ?? 0), until };
}
