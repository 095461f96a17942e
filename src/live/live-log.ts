import { type RawBuilder, sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { Audience } from './audience.ts';

/** One line of an organization's log: something is new, has changed or is gone. Ids only. */
export interface LiveEntry {
  /** Counts up per organization in the order of commits. */
  readonly id: number;
  readonly memberId: MemberId;
  readonly kind: 'open' | 'signal';
  /** The event's or the signal's id. */
  readonly subject: string;
  /** Of an open its time; null for signals. */
  readonly subjectAt: Date | null;
}

/** Where a log stands, and the first id from which on none is missing. */
export interface LogPlace {
  readonly lastId: number;
  readonly completeFrom: number;
}

/**
 * Past this a screen reads its lists anew: what is purged (retention/purge.ts) must never look like nothing. The log
 * is also written for this long after the last screen closed.
 */
const KEPT_HOURS = 6;
/** Entries of one read; the next read goes on behind them. */
export const ENTRIES_READ_MAX = 500;

/** Has the organization's log written from now on, and answers where it stands. Waits for the batches under way. */
export async function watchLog(databases: Pick<Databases, 'app'>, organizationId: OrganizationId): Promise<LogPlace> {
  return withTenant(databases, organizationId, async (trx) => {
    const { rows } = await sql<LogPlace>`
      select stands_at as "lastId", whole_from as "completeFrom"
      from app_private.watch_live(${organizationId}::uuid, make_interval(hours => ${KEPT_HOURS}))`.execute(trx);
    const [place] = rows;
    if (!place) throw new Error('the log of the organization has no position');
    return place;
  });
}

/** A log, and how far it was read. */
export interface LogAsk {
  readonly organizationId: OrganizationId;
  readonly after: number;
}

/**
 * The entries behind each position, oldest first, at most ENTRIES_READ_MAX of each log. As the system role, since it
 * asks for the logs of all organizations that are being watched at once.
 */
export async function readEntries(
  { system }: Pick<Databases, 'system'>,
  asks: readonly LogAsk[],
): Promise<readonly (readonly LiveEntry[])[]> {
  const { rows } = await sql<LiveEntry & { n: number }>`
    select n::int as n, entry.* from unnest(${asks.map(({ organizationId }) => organizationId)}::uuid[],
      ${asks.map(({ after }) => after)}::bigint[]) with ordinality as ask (organization_id, after, n)
    cross join lateral (
      select id, user_id as "memberId", kind, subject, subject_at as "subjectAt" from live_events
      where live_events.organization_id = ask.organization_id and id > ask.after order by id limit ${ENTRIES_READ_MAX}
    ) entry order by n, id`.execute(system);
  const answers = asks.map((): LiveEntry[] => []);
  for (const { n, ...entry } of rows) answers[n - 1]?.push(entry);
  return answers;
}

/** What one audience missed between two positions, oldest first. Null: part of it is purged. */
export async function readMissed(
  databases: Pick<Databases, 'app'>,
  audience: Audience,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<readonly LiveEntry[] | null> {
  const { organizationId } = audience;
  if (!(await isKept(databases, organizationId, after + 1))) return null;
  return readRange(databases, { organizationId, after, only: sql`and id <= ${upTo} and (${toVisible(audience)})` });
}

/** Ids of one organization have no holes unless rows went, so the next one tells whether any did. */
async function isKept(databases: Pick<Databases, 'app'>, organizationId: OrganizationId, id: number): Promise<boolean> {
  return withTenant(databases, organizationId, async (trx) => {
    const row = await trx
      .selectFrom('live_events')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  });
}

function toVisible({ memberId, opens, signals }: Audience): RawBuilder<unknown> {
  const ofKind = (kind: string, scope: 'none' | 'own' | 'all') =>
    sql`kind = ${kind} and ${scope === 'all'} or kind = ${kind} and ${scope === 'own'} and user_id = ${memberId}`;
  return sql`${ofKind('open', opens)} or ${ofKind('signal', signals)}`;
}

interface Range {
  readonly organizationId: OrganizationId;
  readonly after: number;
  readonly only: RawBuilder<unknown>;
}

async function readRange(
  databases: Pick<Databases, 'app'>,
  { organizationId, after, only }: Range,
): Promise<readonly LiveEntry[]> {
  return withTenant(databases, organizationId, async (trx) => {
    const { rows } = await sql<LiveEntry>`
      select id, user_id as "memberId", kind, subject, subject_at as "subjectAt" from live_events
      where organization_id = ${organizationId} and id > ${after} ${only}
      order by id limit ${ENTRIES_READ_MAX}`.execute(trx);
    return rows;
  });
}
