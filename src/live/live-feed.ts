import type { Databases } from '../db/open-databases.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { Cursor } from './cursor.ts';
import { followLog } from './follow-log.ts';
import { ENTRIES_READ_MAX, type LiveEntry, type LogAsk, readMissed } from './live-log.ts';
import { type LiveMessage, type LiveStream, toEntryFrame } from './live-stream.ts';

/** Entries of one organization's log. */
export interface MessagesAsk {
  readonly organizationId: OrganizationId;
  readonly entries: readonly LiveEntry[];
}

/** What the entries say now, by entry id; an entry without a message is told as withdrawn. */
export type ReadMessages = (ask: MessagesAsk) => Promise<ReadonlyMap<number, LiveMessage>>;

/** The streams of one organization: its log is read once a wake-up for all of them. */
export interface LiveFeed {
  readonly streams: ReadonlySet<LiveStream>;
  /** Brings the stream to where the feed is, from its cursor or afresh, and feeds it from there on. */
  join(stream: LiveStream, cursor: Cursor | null): Promise<void>;
  leave(stream: LiveStream): void;
  /** Tells what is new; `lastId` is the log's last entry when known. */
  wake(lastId?: number): Promise<void>;
  renew(): Promise<void>;
}

/** A screen that missed more than this reads its lists anew: they show 50. */
export const MISSED_ENTRIES_MAX = 5_000;

export interface FeedParts {
  readonly databases: Databases;
  readonly readEntries: (ask: LogAsk) => Promise<readonly LiveEntry[]>;
  readonly readMessages: ReadMessages;
  readonly onTold: OnTold;
}

/** So many streams were told one entry. */
type OnTold = (event: LiveMessage['event'], streams: number) => void;

export function openFeed(
  { databases, readEntries, readMessages, onTold }: FeedParts,
  organizationId: OrganizationId,
): LiveFeed {
  const streams = new Set<LiveStream>();
  const tell = (entries: readonly LiveEntry[], to: readonly LiveStream[]) =>
    tellEntries({ organizationId, readMessages, onTold, entries, to });
  const log = followLog({
    databases,
    organizationId,
    readEntries,
    onEntries: (entries) => tell(entries, [...streams]),
    onGap: (position) => {
      for (const stream of streams) stream.restart(position, true);
    },
  });

  /** False when something is missing, or too much. */
  const catchUp = async (stream: LiveStream): Promise<boolean> => {
    let missed = 0;
    while (stream.isOpen && stream.position < log.position) {
      const upTo = log.position;
      const entries = await readMissed(databases, stream.audience, { after: stream.position, upTo });
      missed += entries?.length ?? 0;
      if (entries === null || missed > MISSED_ENTRIES_MAX) return false;
      await tell(entries, [stream]);
      if (entries.length < ENTRIES_READ_MAX) stream.advance(upTo, null);
    }
    return true;
  };

  const canResume = ({ organizationId: of, id }: Cursor): boolean =>
    of === organizationId && id >= log.completeFrom && id <= log.position;

  return {
    streams,
    wake: log.wake,
    renew: log.renew,
    leave: (stream) => void streams.delete(stream),
    join: async (stream, cursor) => {
      await log.start();
      // A cursor may be ahead of what this process has read: another one told it.
      if (cursor !== null && cursor.id > log.position) await log.wake();
      let isResumed = cursor !== null && canResume(cursor);
      if (isResumed) stream.resume(cursor?.id ?? 0);
      while (isResumed && stream.isOpen && stream.position < log.position) isResumed = await catchUp(stream);
      // Nothing is awaited from the last look at the log's position to here.
      if (!isResumed) stream.restart(log.position, cursor !== null);
      if (stream.isOpen) streams.add(stream);
    },
  };
}

interface Telling {
  readonly organizationId: OrganizationId;
  readonly readMessages: ReadMessages;
  readonly onTold: OnTold;
  readonly entries: readonly LiveEntry[];
  readonly to: readonly LiveStream[];
}

async function tellEntries({ organizationId, readMessages, onTold, entries, to }: Telling): Promise<void> {
  const toViewers = createViewerIndex(to);
  const seen = entries.filter((entry) => toViewers(entry).length > 0);
  const messages =
    seen.length === 0 ? new Map<number, LiveMessage>() : await readMessages({ organizationId, entries: seen });
  for (const entry of seen) {
    const message = messages.get(entry.id) ?? toWithdrawn(entry);
    const frame = toEntryFrame(entry, message, organizationId);
    let told = 0;
    for (const stream of toViewers(entry)) if (stream.advance(entry.id, frame)) told += 1;
    onTold(message.event, told);
  }
  const last = entries.at(-1);
  if (last) for (const stream of to) stream.advance(last.id, null);
}

/** Who of the streams may see an entry; the entries and the streams are of one organization. */
function createViewerIndex(streams: readonly LiveStream[]): (entry: LiveEntry) => readonly LiveStream[] {
  const own = { open: new Map<MemberId, LiveStream[]>(), signal: new Map<MemberId, LiveStream[]>() };
  const all: Record<LiveEntry['kind'], LiveStream[]> = { open: [], signal: [] };
  for (const stream of streams) {
    const { memberId, opens, signals } = stream.audience;
    for (const [kind, scope] of [
      ['open', opens],
      ['signal', signals],
    ] as const) {
      if (scope === 'all') all[kind].push(stream);
      if (scope === 'own' && memberId !== null) addTo(own[kind], memberId, stream);
    }
  }
  return ({ kind, memberId }) => {
    const mine = own[kind].get(memberId);
    if (mine === undefined) return all[kind];
    return all[kind].length === 0 ? mine : [...all[kind], ...mine];
  };
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function toWithdrawn({ kind, subject }: LiveEntry): LiveMessage {
  return { event: 'withdrawn', data: { kind, id: subject } };
}
