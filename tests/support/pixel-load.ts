import { Agent, request } from 'node:http';

/** Loads numbered pixels, each once, at a steady rate whatever the answers take: what a client saw, number by number. */
export interface PixelLoad {
  /** The number of the first one; they count up from there. */
  readonly first: number;
  readonly sent: number;
  readonly answered: ReadonlySet<number>;
  /** Requests without a whole GIF, and why. */
  readonly failed: ReadonlyMap<number, string>;
  /** The share `per` (0 to 1) of the answers came within so many milliseconds. */
  latencyMs(per: number): number;
  /** Sends no more and waits for what is under way. */
  stop(): Promise<void>;
}

export interface PixelLoadOptions {
  /** Taken in turn, such as http://127.0.0.1:3000; while there is none, nothing is sent. */
  readonly urls: () => readonly string[];
  readonly perSecond: number;
  /** Numbers begin here; 1 when not given. */
  readonly first?: number;
  /** A request that was reset before any byte came is sent again, as mail clients and load balancers do. */
  readonly retriesResets?: boolean;
}

const TICK_MS = 5;
const ANSWER_MS_MAX = 15_000;
const RETRIES_MAX = 20;
const GIF_BYTES = 43;
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0';

export function startPixelLoad({ urls, perSecond, first = 1, retriesResets = false }: PixelLoadOptions): PixelLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const answered = new Set<number>();
  const failed = new Map<number, string>();
  const latencies: number[] = [];
  const underWay = new Set<Promise<void>>();
  let tickedAt = performance.now();
  let credit = 0;
  let sent = 0;

  const load = async (number: number): Promise<void> => {
    const sentAt = performance.now();
    for (let tries = 0; ; tries += 1) {
      const targets = urls();
      const url = targets[(number + tries) % targets.length] ?? '';
      const failure = await loadPixel(agent, `${url}/api/t/u/${toPixelToken(number)}.gif`);
      if (failure === null) {
        answered.add(number);
        latencies.push(performance.now() - sentAt);
        return;
      }
      if (retriesResets && failure.isUnanswered && tries < RETRIES_MAX) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      failed.set(number, failure.reason);
      return;
    }
  };

  const timer = setInterval(() => {
    const now = performance.now();
    credit = urls().length === 0 ? 0 : credit + ((now - tickedAt) / 1_000) * perSecond;
    tickedAt = now;
    for (; credit >= 1; credit -= 1) {
      const loading = load(first + sent).finally(() => underWay.delete(loading));
      underWay.add(loading);
      sent += 1;
    }
  }, TICK_MS);

  return {
    first,
    get sent() {
      return sent;
    },
    answered,
    failed,
    latencyMs(per) {
      const sorted = latencies.toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * per))] ?? 0;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      agent.destroy();
    },
  };
}

export function toPixelToken(number: number): string {
  return `pixel${String(number).padStart(19, '0')}`;
}

/** Null when the whole GIF came. */
function loadPixel(agent: Agent, url: string): Promise<{ reason: string; isUnanswered: boolean } | null> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, headers: { 'user-agent': AGENT }, timeout: ANSWER_MS_MAX }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('error', (error) => resolve({ reason: error.message, isUnanswered: false }));
      answer.on('end', () => {
        const isWhole = answer.statusCode === 200 && bytes === GIF_BYTES;
        resolve(isWhole ? null : { reason: `${answer.statusCode}, ${bytes} bytes`, isUnanswered: false });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ reason: error.code ?? error.message, isUnanswered: error.message !== 'no answer in time' });
    });
    asked.end();
  });
}
