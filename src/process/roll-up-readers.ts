import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { StoredEvent } from './lock-events.ts';
import type { OpenEvent } from './mark-unique.ts';
import { type Rejudged, toNewReader } from './rejudge-events.ts';
import { toCountry } from './store-events.ts';

/** What an event adds to the rollup of readers or, below zero, takes from it. */
export interface ReaderChange {
  readonly organizationId: OrganizationId;
  /** Milliseconds. */
  readonly hitAt: number;
  readonly client: string;
  readonly country: string | null;
  readonly opens: number;
  readonly readers: number;
}

/** What a new event adds; nothing unless a reader's own software fetched a user pixel. */
export function toReaderChanges(event: OpenEvent): readonly ReaderChange[] {
  const { pixel, hit, judgement, isNewReader } = event;
  const { organizationId } = pixel;
  return toChanges({ organizationId, hitAt: hit.hitAt, country: toCountry(event) }, judgement.clientFamily, {
    isNewReader,
    sign: 1,
  });
}

/** What a stored event takes with it. */
export function toGoneReaderChanges(event: StoredEvent): readonly ReaderChange[] {
  return toChanges(event, event.judgement.clientFamily, { isNewReader: event.isNewReader, sign: -1 });
}

/** What is lost under the old judgement and gained under the new one. */
export function toRejudgedReaderChanges(rejudged: readonly Rejudged[]): readonly ReaderChange[] {
  return rejudged.flatMap((one) => [
    ...toGoneReaderChanges(one.event),
    ...toChanges(one.event, one.judgement.clientFamily, { isNewReader: toNewReader(one), sign: 1 }),
  ]);
}

function toChanges(
  place: Pick<ReaderChange, 'organizationId' | 'hitAt' | 'country'>,
  client: string,
  { isNewReader, sign }: { readonly isNewReader: boolean | null; readonly sign: 1 | -1 },
): readonly ReaderChange[] {
  if (isNewReader === null) return [];
  const { organizationId, hitAt, country } = place;
  return [{ organizationId, hitAt, country, client, opens: sign, readers: isNewReader ? sign : 0 }];
}

/**
 * Adds the changes to the rows of each organization and day of UTC. Few rows, which every batch of an organization
 * wants: they are locked as late as possible, in the order of their keys, by one statement.
 */
export async function rollUpReaders(trx: Transaction<Schema>, changes: readonly ReaderChange[]): Promise<void> {
  const rows = addUp(changes);
  if (rows.length === 0) return;
  await sql`
    insert into tracking_rollup_readers as kept (organization_id, day, client_family, country, opens, readers)
    select organization_id, day, client_family, country, opens, readers from ${toInput(rows)} order by n
    on conflict (organization_id, day, client_family, country) do update
    set opens = kept.opens + excluded.opens, readers = kept.readers + excluded.readers`.execute(trx);
  const less = rows.filter(({ opens }) => opens < 0);
  if (less.length === 0) return;
  await sql`
    delete from tracking_rollup_readers kept using ${toInput(less)}
    where kept.organization_id = input.organization_id and kept.day = input.day
      and kept.client_family = input.client_family and kept.country is not distinct from input.country
      and kept.opens <= 0`.execute(trx);
}

interface Sums {
  readonly key: string;
  readonly day: string;
  /** Any change of the row: it tells the dimensions. */
  readonly change: ReaderChange;
  opens: number;
  readers: number;
}

function addUp(changes: readonly ReaderChange[]): readonly Sums[] {
  const rows = new Map<string, Sums>();
  for (const change of changes) {
    const day = new Date(Math.floor(change.hitAt / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
    const key = `${change.organizationId}|${day}|${change.client}|${change.country}`;
    const row = rows.get(key) ?? { key, day, change, opens: 0, readers: 0 };
    rows.set(key, row);
    row.opens += change.opens;
    row.readers += change.readers;
  }
  return [...rows.values()]
    .filter(({ opens, readers }) => opens !== 0 || readers !== 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function toInput(rows: readonly Sums[]) {
  const column = <T>(read: (row: Sums) => T): T[] => rows.map(read);
  return sql`unnest(${column(({ change }) => change.organizationId)}::uuid[], ${column(({ day }) => day)}::date[],
    ${column(({ change }) => change.client)}::text[], ${column(({ change }) => change.country)}::text[],
    ${column(({ opens }) => opens)}::int[], ${column(({ readers }) => readers)}::int[])
    with ordinality as input (organization_id, day, client_family, country, opens, readers, n)`;
}
