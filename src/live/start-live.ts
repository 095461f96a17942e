import { Counter, Gauge } from 'prom-client';
import type { Databases } from '../db/open-databases.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import { type Audience, isSameAudience } from './audience.ts';
import type { Cursor } from './cursor.ts';
import { gather } from './gather.ts';
import { listen } from './listen.ts';
import { type FeedParts, type LiveFeed, type MessagesAsk, openFeed } from './live-feed.ts';
import { type LogAsk, readEntries } from './live-log.ts';
import { createStream, type EndReason, type LiveMessage, type LiveSink, type LiveStream } from './live-stream.ts';
import { takeTurns } from './take-turns.ts';

// In: what processors append to the organizations' logs, on whatever node. Out: to each open screen, within a second
// and in order, each open and signal that its person may see, once. One listening connection a process; one read for
// all organizations that a moment woke. What must never happen: something told to a person who may not see it, something left out
// over a cut, a slow client that fills the memory, a stream that outlives its session by more than two seconds.

export interface Live {
  /** Null: there is room. Otherwise why not; ask just before `open`. */
  refusal(personKey: string): LiveRefusal | null;
  /** Feeds the sink until it ends. `cursor` null: from now on, after a `hello`. */
  open(sink: LiveSink, ticket: LiveTicket, cursor: Cursor | null): LiveStream;
  figures(): { readonly streams: number; readonly organizations: number };
  /** Every stream ends with a hint when to come back; none is opened any more. */
  stop(): Promise<void>;
}

export type LiveRefusal = 'too_many_of_person' | 'too_many' | 'closing';

/** Who looks: what they may see, whom their streams count for, and the session or key that readAudiences knows. */
export interface LiveTicket {
  readonly audience: Audience;
  readonly personKey: string;
  readonly holder: string;
}

/** The audiences of these holders as they are now; those that may not look any more are left out. */
export type ReadAudiences = (holders: ReadonlySet<string>) => Promise<ReadonlyMap<string, Audience>>;

export interface LiveOptions {
  readonly databases: Databases;
  readonly log: Log;
  readonly metrics: Metrics;
  /** What the entries say now, by entry id, of several organizations at once and in the order of the asks. */
  readonly readMessages: (asks: readonly MessagesAsk[]) => Promise<readonly ReadonlyMap<number, LiveMessage>[]>;
  readonly readAudiences: ReadAudiences;
}

/** A person's browsers and devices; the tabs of a browser share one stream. */
export const STREAMS_OF_PERSON_MAX = 10;
export const STREAMS_MAX = 5_000;
/** A right that is gone ends the stream within this and one question to the database: below two seconds. */
const RECHECK_MS = 1_000;
/** Below the patience of proxies and of the screens themselves, which take silence for a broken connection. */
const BEAT_MS = 15_000;
/** The log is kept being written for hours after; often enough to find a wake-up that was lost. */
const RENEW_MS = 60_000;
const RETRY_MS = 1_000;
/** A batch wakes many organizations within a moment: they are read with one question, and the next this much later. */
const GATHER_MS = 15;
/** Streams that are written to before pixels and questions have their turn: about a millisecond of writing. */
const WRITES_OF_TURN_MAX = 64;

export function startLive(options: LiveOptions): Live {
  const { databases, log } = options;
  const feeds = new Map<OrganizationId, LiveFeed>();
  const streams = new Map<LiveStream, LiveTicket>();
  const ofPerson = new Map<string, number>();
  const metrics = createLiveMetrics(options.metrics, () => streams.size);
  const takeTurn = takeTurns(WRITES_OF_TURN_MAX);
  const feedParts = toFeedParts(options, metrics.told);
  const pending = new Set<NodeJS.Timeout>();
  let isClosing = false;

  const later = (run: () => void): void => {
    const timer = setTimeout(() => {
      pending.delete(timer);
      run();
    }, RETRY_MS);
    pending.add(timer);
  };

  const wake = (feed: LiveFeed, lastId?: number): void => {
    feed.wake(lastId).catch((error: Error) => {
      log.warn({ error: error.message }, 'live.read_failed');
      if (!isClosing && feed.streams.size > 0) later(() => wake(feed));
    });
  };

  const listener = listen({
    url: databases.url,
    log,
    onGrown: (organizationId, id) => {
      const feed = feeds.get(organizationId as OrganizationId);
      if (feed) wake(feed, id);
    },
    onConnected: () => {
      for (const feed of feeds.values()) wake(feed);
    },
  });

  const onEnd = (stream: LiveStream, reason: EndReason): void => {
    streams.delete(stream);
    metrics.ended.inc({ reason });
    const { organizationId } = stream.audience;
    const left = (ofPerson.get(stream.personKey) ?? 1) - 1;
    if (left === 0) ofPerson.delete(stream.personKey);
    else ofPerson.set(stream.personKey, left);
    feeds.get(organizationId)?.leave(stream);
    const isWanted = [...streams.keys()].some((other) => other.audience.organizationId === organizationId);
    if (!isWanted) feeds.delete(organizationId);
  };

  const timers = keepTime({
    streams,
    feeds,
    log,
    recheck: async () => {
      // Who comes while the question is under way was not asked for, and was allowed a moment ago.
      const asked = [...streams];
      const audiences = await options.readAudiences(new Set(asked.map(([, { holder }]) => holder)));
      for (const [stream, { holder }] of asked) {
        const now = audiences.get(holder);
        if (now === undefined || !isSameAudience(now, stream.audience)) stream.end('not_allowed');
      }
    },
  });

  return {
    refusal: (personKey) => {
      if (isClosing) return 'closing';
      if (streams.size >= STREAMS_MAX) return 'too_many';
      return (ofPerson.get(personKey) ?? 0) >= STREAMS_OF_PERSON_MAX ? 'too_many_of_person' : null;
    },
    open: (sink, ticket, cursor) => {
      const { audience, personKey } = ticket;
      const stream = createStream({ audience, personKey, sink, takeTurn, onEnd });
      streams.set(stream, ticket);
      ofPerson.set(personKey, (ofPerson.get(personKey) ?? 0) + 1);
      const feed = feeds.get(audience.organizationId) ?? openFeed(feedParts, audience.organizationId);
      feeds.set(audience.organizationId, feed);
      feed.join(stream, cursor).catch((error: Error) => {
        log.warn({ error: error.message }, 'live.join_failed');
        stream.end('failed');
      });
      return stream;
    },
    figures: () => ({ streams: streams.size, organizations: feeds.size }),
    stop: async () => {
      isClosing = true;
      timers.stop();
      for (const timer of pending) clearTimeout(timer);
      for (const stream of [...streams.keys()]) stream.end('shutdown');
      await listener.stop();
    },
  };
}

function toFeedParts({ databases, readMessages }: LiveOptions, told: Counter<'event'>): FeedParts {
  return {
    databases,
    readEntries: gather((asks: readonly LogAsk[]) => readEntries(databases, asks), GATHER_MS),
    readMessages: gather(readMessages, GATHER_MS),
    onTold: (event, streams) => told.inc({ event }, streams),
  };
}

interface TimeKeeping {
  readonly streams: ReadonlyMap<LiveStream, unknown>;
  readonly feeds: ReadonlyMap<OrganizationId, LiveFeed>;
  readonly log: Log;
  readonly recheck: () => Promise<void>;
}

/** Signs of life, rights asked for again, and logs kept being written. */
function keepTime({ streams, feeds, log, recheck }: TimeKeeping): { stop(): void } {
  let isRechecking = false;
  const ticking = setInterval(() => {
    const silentSince = performance.now() - BEAT_MS;
    for (const stream of streams.keys()) if (stream.writtenAt < silentSince) stream.beat();
    if (isRechecking || streams.size === 0) return;
    isRechecking = true;
    recheck()
      .catch((error: Error) => log.warn({ error: error.message }, 'live.recheck_failed'))
      .finally(() => {
        isRechecking = false;
      });
  }, RECHECK_MS);
  const renewing = setInterval(() => {
    for (const feed of feeds.values())
      feed.renew().catch((error: Error) => log.warn({ error: error.message }, 'live.renew_failed'));
  }, RENEW_MS);
  return {
    stop: () => {
      clearInterval(ticking);
      clearInterval(renewing);
    },
  };
}

function createLiveMetrics(metrics: Metrics, countStreams: () => number) {
  new Gauge({
    name: 'mailtracker_live_streams',
    help: 'Screens that are open on this process',
    registers: [metrics],
    collect() {
      this.set(countStreams());
    },
  });
  return {
    ended: new Counter({
      name: 'mailtracker_live_ended_total',
      help: 'Streams that ended: left by the client, slow, not_allowed any more, failed, shutdown',
      labelNames: ['reason'],
      registers: [metrics],
    }),
    told: new Counter({
      name: 'mailtracker_live_told_total',
      help: 'Opens and signals told to streams, and those told as withdrawn; one for each stream',
      labelNames: ['event'],
      registers: [metrics],
    }),
  };
}
