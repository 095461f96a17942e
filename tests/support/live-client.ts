import { type IncomingMessage, request } from 'node:http';
import { waitFor } from './running-server.ts';

/** One server-sent event as it came. */
export interface LiveEvent {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
  readonly data: any;
  /** performance.now() of its arrival. */
  readonly at: number;
}

/** A screen, as a browser's EventSource would be one, that does not come back by itself. */
export interface LiveClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: readonly LiveEvent[];
  /** Of the last event; null before any. */
  readonly lastId: string | null;
  readonly isEnded: boolean;
  /** Everything as it came. */
  text(): string;
  /** The first event that fits, waited for. */
  find(fits: (event: LiveEvent) => boolean, what?: string): Promise<LiveEvent>;
  cut(): void;
}

export interface LiveClientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

export async function openLive(
  url: string,
  { headers = {}, path = '/api/live' }: LiveClientOptions,
): Promise<LiveClient> {
  const asking = request(new URL(path, url), { headers, agent: false });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.on('response', resolve).on('error', reject).end();
  });
  const events: LiveEvent[] = [];
  let whole = '';
  let rest = '';
  let isEnded = false;
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    whole += chunk;
    rest += chunk;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = toEvent(block);
      if (event) events.push(event);
    }
  });
  answer
    .on('error', () => undefined)
    .on('close', () => {
      isEnded = true;
    });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    get lastId() {
      return events.at(-1)?.id ?? null;
    },
    get isEnded() {
      return isEnded;
    },
    text: () => whole,
    find: (fits, what = 'an event') => waitFor(async () => events.find(fits) ?? null, what, 5_000),
    cut: () => void asking.destroy(),
  };
}

function toEvent(block: string): LiveEvent | null {
  const fields = new Map(
    block.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
  );
  const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
  if (id === undefined || event === undefined || data === undefined) return null;
  return { id, event, data: JSON.parse(data), at: performance.now() };
}
