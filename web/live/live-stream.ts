import type { LiveEventName } from '../../src/contract/live.ts';

// One connection for all tabs of a browser: the tab that holds the lock listens to the server and passes on what it
// hears; when it goes, the next one goes on behind the last id. Where a browser has no locks (plain http on another
// machine than one's own), each tab listens for itself. What must never happen: a gap that nobody notices. After a
// sleep, a lost network or an id that is too old, the screens are told to read their lists anew.

export interface LiveMessage {
  readonly event: LiveEventName;
  readonly id: string;
  readonly data: unknown;
}

/** `away`: nothing is heard; the screens ask for their lists every few seconds instead. */
export type LiveState = 'joining' | 'live' | 'away';

export interface LiveListener {
  /** `isLeading`: of all tabs, this one hears it from the server. */
  readonly onMessage: (message: LiveMessage, isLeading: boolean) => void;
  readonly onState: (state: LiveState) => void;
}

/** A tab that joins asks the one that leads for a sign of life. */
const WHO = 'who';
/** The server says something every 15 s; after this much silence the connection is taken for dead. */
const SILENCE_MS_MAX = 35_000;
/** After a sleep or when the network is back, silence is noticed sooner. */
const SILENCE_MS_MAX_AWAKE = 16_000;
const WATCH_MS = 5_000;
/** A restart of the server is over before anybody is told that it is away. */
const PATIENCE_MS = 4_000;
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 30_000;

/** Listens until it is closed. `memberId` keeps people who share a browser apart. */
export function openLiveStream(memberId: string, listener: LiveListener): { close(): void } {
  const name = `mailtracker-live-${memberId}`;
  const isShared = 'locks' in navigator && 'BroadcastChannel' in window;
  const channel = isShared ? new BroadcastChannel(name) : null;
  const ending = new AbortController();
  const tab = createTab(listener);
  let isLeading = false;

  const lead = (): Promise<void> => {
    isLeading = true;
    const source = listenToServer({
      after: () => tab.lastId(),
      onMessage: (message) => {
        tab.hear(message, true);
        channel?.postMessage(message);
      },
      onBroken: tab.lose,
    });
    return new Promise((resolve) => {
      ending.signal.addEventListener('abort', () => {
        source.close();
        resolve();
      });
    });
  };

  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<LiveMessage | typeof WHO>) => {
      const id = tab.lastId();
      if (data !== WHO) tab.hear(data, false);
      else if (isLeading && id !== null) channel.postMessage({ event: 'beat', id, data: {} });
    };
    channel.postMessage(WHO);
    navigator.locks.request(name, { signal: ending.signal }, lead).catch(() => undefined);
  } else {
    void lead();
  }
  return {
    close: () => {
      ending.abort();
      tab.close();
      channel?.close();
    },
  };
}

/** What one tab knows, whoever listens for it. */
function createTab({ onMessage, onState }: LiveListener) {
  let lastId: string | null = null;
  let heardAt = Date.now();
  let state: LiveState = 'joining';
  let patience: number | undefined;

  const say = (next: LiveState): void => {
    if (next !== state) onState(next);
    state = next;
  };
  const lose = (): void => {
    patience ??= window.setTimeout(() => say('away'), PATIENCE_MS);
  };
  const watch = window.setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS_MAX) lose();
  }, WATCH_MS);
  // A tab that joins another one's connection hears nothing until something happens.
  lose();

  return {
    lastId: () => lastId,
    lose,
    hear: (message: LiveMessage, isLeading: boolean): void => {
      const isFirst = lastId === null;
      lastId = message.id;
      heardAt = Date.now();
      window.clearTimeout(patience);
      patience = undefined;
      // A tab that had lost touch, or joins late, cannot know what it missed.
      const isBack = state === 'away' && message.event !== 'hello' && message.event !== 'reset';
      say('live');
      if (isBack || (isFirst && message.event !== 'hello'))
        onMessage({ ...message, event: 'reset', data: {} }, isLeading);
      if (message.event !== 'beat') onMessage(message, isLeading);
    },
    close: (): void => {
      window.clearInterval(watch);
      window.clearTimeout(patience);
    },
  };
}

interface ServerListener {
  readonly after: () => string | null;
  readonly onMessage: (message: LiveMessage) => void;
  readonly onBroken: () => void;
}

// Said here again, and held to the contract by its type: the contract's own list brings zod, a tenth of the first load.
const LIVE_EVENTS = Object.keys({
  hello: 0,
  reset: 0,
  beat: 0,
  open: 0,
  signal: 0,
  withdrawn: 0,
} satisfies Record<LiveEventName, 0>) as LiveEventName[];

/** An EventSource that also comes back from refusals and from connections that died without a word. */
function listenToServer({ after, onMessage, onBroken }: ServerListener): { close(): void } {
  let source: EventSource | null = null;
  let heardAt = Date.now();
  let failures = 0;
  let retry: number | undefined;

  const open = (): void => {
    source?.close();
    const last = after();
    source = new EventSource(last === null ? '/api/live' : `/api/live?after=${encodeURIComponent(last)}`);
    heardAt = Date.now();
    for (const event of LIVE_EVENTS) source.addEventListener(event, hear);
    source.onerror = fail;
  };
  const hear = ({ type, lastEventId, data }: MessageEvent<string>): void => {
    heardAt = Date.now();
    failures = 0;
    // The browser tells of its own connection by an event that is called `open` too, and brings nothing.
    if (typeof data !== 'string') return;
    onMessage({ event: type as LiveEventName, id: lastEventId, data: JSON.parse(data) as unknown });
  };
  /** The browser comes back by itself after a cut, and never after a refusal. */
  const fail = (): void => {
    onBroken();
    if (source?.readyState !== EventSource.CLOSED) return;
    const waitMs = Math.min(RETRY_MS_FIRST * 2 ** failures, RETRY_MS_MAX);
    failures += 1;
    window.clearTimeout(retry);
    retry = window.setTimeout(open, waitMs * (0.5 + Math.random()));
  };
  const check = (silenceMsMax: number): void => {
    if (Date.now() - heardAt > silenceMsMax) open();
  };
  const wakeUp = (): void => {
    if (document.visibilityState === 'visible') check(SILENCE_MS_MAX_AWAKE);
  };

  open();
  const watch = window.setInterval(() => check(SILENCE_MS_MAX), WATCH_MS);
  window.addEventListener('online', wakeUp);
  document.addEventListener('visibilitychange', wakeUp);
  return {
    close: () => {
      window.clearInterval(watch);
      window.clearTimeout(retry);
      window.removeEventListener('online', wakeUp);
      document.removeEventListener('visibilitychange', wakeUp);
      source?.close();
    },
  };
}
