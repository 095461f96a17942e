import { readLiveOpens } from '../analytics/read-live-opens.ts';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { SignalId } from '../domain/ids.ts';
import type { MessagesAsk } from '../live/live-feed.ts';
import type { LiveMessage } from '../live/live-stream.ts';
import { readSignals } from '../signals/read-signals.ts';
import { toSignalAnswer } from './to-signal-answer.ts';

/** What screens are told at these entries, from what is true now: an open as in the feed, a signal as in its list. */
export async function readLiveMessages(
  databases: Databases,
  asks: readonly MessagesAsk[],
): Promise<readonly ReadonlyMap<number, LiveMessage>[]> {
  const [opens, signals] = await Promise.all([
    readLiveOpens(databases, asks.flatMap(toOpenPlaces)),
    Promise.all(asks.map((ask) => readSignalAnswers(databases, ask))),
  ]);
  return asks.map(
    ({ entries }, i) =>
      new Map(
        entries.flatMap((entry) => {
          const data = (entry.kind === 'open' ? opens : signals[i])?.get(entry.subject);
          return data === undefined ? [] : [[entry.id, { event: entry.kind, data }] as const];
        }),
      ),
  );
}

function toOpenPlaces({ organizationId, entries }: MessagesAsk) {
  return entries.flatMap(({ kind, subject, subjectAt, memberId }) =>
    kind === 'open' && subjectAt !== null ? [{ organizationId, id: subject, at: subjectAt, memberId }] : [],
  );
}

/** Signals are rare: most organizations are not asked for any. */
async function readSignalAnswers(
  databases: Databases,
  { organizationId, entries }: MessagesAsk,
): Promise<ReadonlyMap<string, object>> {
  const ids = [...new Set(entries.flatMap(({ kind, subject }) => (kind === 'signal' ? [subject as SignalId] : [])))];
  if (ids.length === 0) return new Map();
  const { data } = await withTenant(databases, organizationId, (trx) =>
    readSignals(trx, { organizationId, ofMember: null, ids, limit: ids.length, after: null }),
  );
  return new Map(data.map((signal) => [signal.id, toSignalAnswer(signal)]));
}
