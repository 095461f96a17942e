import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import type { Told } from './open-watcher.ts';
import type { Viewer } from './seed-people.ts';

/** What the tables of opens and signals hold from a moment on: not the log that streams are told from. */
export interface Truth {
  readonly opens: readonly Fact[];
  readonly signals: readonly Fact[];
}

interface Fact {
  readonly id: string;
  readonly organizationId: string;
  readonly memberId: string;
}

/** The moment, as an event's id and a time. */
export interface Moment {
  readonly eventId: string;
  readonly at: Date;
}

const QUIET_MS = 1_500;
const WAIT_MS_MAX = 90_000;

/** Waits until nothing is stored any more, and answers the milliseconds until the last change. */
export async function waitForQuiet({ system }: Databases): Promise<number> {
  const began = performance.now();
  let seen = '';
  let changedAt = began;
  while (performance.now() - changedAt < QUIET_MS) {
    const { rows } = await sql<{ state: string }>`
      select concat((select sum(load_count) from signature_tracking_events), ' ', (select sum(hits) from tracking_drop_slots),
        ' ', (select sum(last_id) from live_positions)) as state`.execute(system);
    const state = rows[0]?.state ?? '';
    if (state !== seen) changedAt = performance.now();
    seen = state;
    if (performance.now() - began > WAIT_MS_MAX)
      throw new Error(`hits were still being stored after ${WAIT_MS_MAX} ms`);
    await pause(200);
  }
  return changedAt - began;
}

export async function readMoment({ system }: Databases): Promise<Moment> {
  const { rows } = await sql<{ eventId: string; at: Date }>`
    select coalesce(max(id), 0)::text as "eventId", clock_timestamp() as at from signature_tracking_events`.execute(
    system,
  );
  return rows[0] ?? { eventId: '0', at: new Date() };
}

export async function readTruth({ system }: Databases, since: Moment): Promise<Truth> {
  const opens = await sql<Fact>`
    select id::text as id, organization_id as "organizationId", user_id as "memberId" from signature_tracking_events
    where id > ${since.eventId}::bigint`.execute(system);
  const signals = await sql<Fact>`
    select id, organization_id as "organizationId", user_id as "memberId" from signals
    where created_at > ${since.at} and withdrawn_at is null`.execute(system);
  return { opens: opens.rows, signals: signals.rows };
}

/** Null: told exactly what the viewer may see, each thing once, in the order of the log. Otherwise what is wrong. */
export function findWrong(viewer: Viewer, told: readonly Told[], truth: Truth): string | null {
  const positions = told.filter(({ event }) => event !== 'beat').map(({ position }) => position);
  if (positions.some((position, i) => i > 0 && position <= (positions[i - 1] ?? 0))) return 'out of order';
  const odd = told.find(({ event }, i) => !['open', 'signal', 'beat'].includes(event) && i > 0);
  if (odd !== undefined) return `told ${odd.event}`;
  const isOwn = ({ memberId }: Fact) => memberId === viewer.memberId;
  const mayOpens = truth.opens.filter(
    (fact) => fact.organizationId === viewer.organizationId && (viewer.memberId === null || isOwn(fact)),
  );
  const maySignals = truth.signals.filter(
    (fact) => fact.organizationId === viewer.organizationId && (viewer.isAdmin || isOwn(fact)),
  );
  return (
    findDifference('opens', toIds(told, 'open'), mayOpens) ??
    findDifference('signals', toIds(told, 'signal'), maySignals)
  );
}

function toIds(told: readonly Told[], kind: string): readonly string[] {
  return told.flatMap(({ event, data }) => (event === kind && data.id !== undefined ? [data.id] : []));
}

function findDifference(what: string, ids: readonly string[], facts: readonly Fact[]): string | null {
  const wanted = new Set(facts.map(({ id }) => id));
  const got = new Set(ids);
  const foreign = [...got].filter((id) => !wanted.has(id)).length;
  const missing = [...wanted].filter((id) => !got.has(id)).length;
  const twice = ids.length - got.size;
  if (foreign + missing + twice === 0) return null;
  return `${what}: ${missing} missing, ${twice} twice, ${foreign} that are not for it, of ${wanted.size}`;
}
