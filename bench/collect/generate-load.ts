import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { toPixelRequests } from './pixel-requests.ts';

// A process of its own, pinned beside the server: keeps connections busy and reports what came back. It reads one line
// of JSON per round from standard input and answers one line: {"port", "seconds", "connections", "perSecond", "tokens"}.

interface Round {
  readonly port: number;
  readonly seconds: number;
  readonly connections: number;
  /** Requests a second over all connections; absent: as fast as the answers come. */
  readonly perSecond?: number;
  /** Of members' pixels; absent: tokens that nobody has. */
  readonly tokens?: readonly string[];
}

export interface RoundResult {
  readonly answers: number;
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

process.stdin.setEncoding('utf8');
let rest = '';
process.stdin.on('data', async (text: string) => {
  rest += text;
  for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    process.stdout.write(`${JSON.stringify(await play(JSON.parse(line) as Round))}\n`);
  }
});

async function play({ port, seconds, connections, perSecond, tokens }: Round): Promise<RoundResult> {
  const requests = toPixelRequests(`127.0.0.1:${port}`, tokens);
  const times: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let next = 0;
  let failures = 0;
  const take = (): Buffer | null => {
    const request = requests[next % requests.length];
    next += 1;
    return performance.now() < endsAt && request !== undefined ? request : null;
  };
  const gapMs = perSecond === undefined ? 0 : (connections * 1_000) / perSecond;
  const lanes = Array.from({ length: connections }, (_, lane) => {
    const start = { port, take, gapMs, firstAt: startedAt + (gapMs * lane) / connections };
    return playLane(start, (ms) => times.push(ms)).catch(() => {
      failures += 1;
    });
  });
  await Promise.all(lanes);
  const lasted = (performance.now() - startedAt) / 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { answers: times.length, failures, seconds: lasted, p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: at(1) };
}

interface Lane {
  readonly port: number;
  readonly take: () => Buffer | null;
  /** From one request of this connection to the next; 0: at once. */
  readonly gapMs: number;
  readonly firstAt: number;
}

/**
 * One connection, one request at a time. With a gap the times count from when a request was due, so that a server that
 * stalls is charged for all that it held up (Tene, "coordinated omission"). What is sent up to 1 ms early, since timers are
 * no finer, counts from then: an answer takes no less than no time.
 */
async function playLane({ port, take, gapMs, firstAt }: Lane, note: (ms: number) => void): Promise<void> {
  const socket = await open(port);
  let dueAt = firstAt;
  for (let request = take(); request !== null; request = take()) {
    if (gapMs > 0) await until(dueAt);
    const sentAt = performance.now();
    const from = gapMs > 0 ? Math.min(dueAt, sentAt) : sentAt;
    socket.write(request);
    await readAnswer(socket);
    note(performance.now() - from);
    dueAt += gapMs;
  }
  socket.destroy();
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.setNoDelay(true)));
    socket.once('error', reject);
  });
}

function until(at: number): Promise<void> | undefined {
  const waitMs = at - performance.now();
  return waitMs <= 1 ? undefined : new Promise((resolve) => setTimeout(resolve, waitMs - 0.5));
}

/** An answer ends with the last byte of its GIF, 0x3b; whoever closes before that failed. */
function readAnswer(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = (bytes: Buffer): void => {
      if (bytes[bytes.length - 1] !== GIF_TRAILER) return;
      settle();
      resolve();
    };
    const fail = (): void => {
      settle();
      reject(new Error('closed before the answer'));
    };
    const settle = (): void => {
      socket.off('data', take).off('close', fail);
    };
    socket.on('data', take).on('close', fail);
  });
}

const GIF_TRAILER = 0x3b;
