import { readLiveOpens } from '../analytics/read-live-opens.ts';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { LiveEntry } from '../live/live-log.ts';
import type { LiveMessage } from '../live/live-stream.ts';

/** What screens are told at these entries, from what is true now: an open as in the feed, a signal as in its list. */
export async function readLiveMessages(
  databases: Pick<Databases, 'app'>,
  organizationId: OrganizationId,
  entries: readonly LiveEntry[],
): Promise<ReadonlyMap<number, LiveMessage>> {
  const opens = await withTenant(databases, organizationId, (trx) =>
    readLiveOpens(trx, organizationId, entries.flatMap(toOpenPlace)),
  );
  return new Map(
    entries.flatMap((entry) => {
      const data = entry.kind === 'open' ? opens.get(entry.subject) : undefined;
      return data === undefined ? [] : [[entry.id, { event: entry.kind, data }] as const];
    }),
  );
}

function toOpenPlace({ kind, subject, subjectAt, memberId }: LiveEntry) {
  return kind === 'open' && subjectAt !== null ? [{ id: subject, at: subjectAt, memberId }] : [];
}
