import { readLiveOpens } from '../analytics/read-live-opens.ts';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { OrganizationId, SignalId } from '../domain/ids.ts';
import type { LiveEntry } from '../live/live-log.ts';
import type { LiveMessage } from '../live/live-stream.ts';
import { readSignals } from '../signals/read-signals.ts';
import { toSignalAnswer } from './to-signal-answer.ts';

/** What screens are told at these entries, from what is true now: an open as in the feed, a signal as in its list. */
export async function readLiveMessages(
  databases: Pick<Databases, 'app'>,
  organizationId: OrganizationId,
  entries: readonly LiveEntry[],
): Promise<ReadonlyMap<number, LiveMessage>> {
  const ids = entries.flatMap(({ kind, subject }) => (kind === 'signal' ? [subject as SignalId] : []));
  const { opens, signals } = await withTenant(databases, organizationId, async (trx) => ({
    opens: await readLiveOpens(trx, organizationId, entries.flatMap(toOpenPlace)),
    signals:
      ids.length === 0
        ? []
        : (await readSignals(trx, { organizationId, ofMember: null, ids, limit: ids.length, after: null })).data,
  }));
  const answers = new Map<string, object>(signals.map((signal) => [signal.id, toSignalAnswer(signal)]));
  return new Map(
    entries.flatMap((entry) => {
      const data = (entry.kind === 'open' ? opens : answers).get(entry.subject);
      return data === undefined ? [] : [[entry.id, { event: entry.kind, data }] as const];
    }),
  );
}

function toOpenPlace({ kind, subject, subjectAt, memberId }: LiveEntry) {
  return kind === 'open' && subjectAt !== null ? [{ id: subject, at: subjectAt, memberId }] : [];
}
