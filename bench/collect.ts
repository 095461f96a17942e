import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readCpuSeconds, readMemoryMb } from './collect/cpu-seconds.ts';
import type { RoundResult } from './collect/generate-load.ts';
import { hasNginx, type Opponent, startBareNode, startNginx, stop, waitUntilReady } from './collect/start-opponents.ts';

// CPU per answer of our collector beside nginx and a bare node:http, in one run: the same core, the same generator on
// another core, the same requests, rounds taken in turn. CPU per answer is user and system time of the serving process
// divided by its answers, which neither the generator nor a busy neighbour bends much. Ratios are what counts.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
    node: { type: 'string', default: process.execPath },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Usage: npm run bench -- collect [--rounds 5] [--seconds 4] [--connections 64] [--node <path>] [--json]

Needs Linux with two cores, taskset and a built dist/ (npm run build). nginx is measured where /usr/sbin/nginx is there.
--node measures our collector and the bare server under another Node.`;

interface Sample extends RoundResult {
  readonly cpuUs: number;
}

interface Line {
  readonly name: string;
  readonly samples: Sample[];
  readonly memoryMb: { readonly now: number; readonly most: number };
}

const SERVER_CORE = 0;
const GENERATOR_CORE = 1;
const WARM_ANSWERS = 60_000;
const WARM_ROUNDS_MAX = 10;

if (values.help) process.stdout.write(`${HELP}\n`);
else process.exitCode = await bench();

async function bench(): Promise<number> {
  if (process.platform !== 'linux' || cpus().length < 2) {
    process.stderr.write('bench collect: needs Linux and two cores.\n');
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  const opponents: Opponent[] = [];
  const generator = startGenerator();
  try {
    for (const start of toStarts(folder)) opponents.push(await start());
    const lines = await measure(opponents, generator.play);
    process.stdout.write(values.json ? `${JSON.stringify(toJson(lines))}\n` : toText(lines));
  } finally {
    generator.stop();
    for (const opponent of opponents) await opponent.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return 0;
}

function toStarts(folder: string): readonly (() => Promise<Opponent>)[] {
  const toPlace = async (name: string) => ({ folder: join(folder, name), port: await freePort(), core: SERVER_CORE });
  const nginx = async () => startNginx(await toPlace('nginx'));
  return [
    ...(hasNginx() ? [nginx] : []),
    async () => startBareNode(await toPlace('bare'), values.node),
    async () => startOurs(await toPlace('durable'), 'durable'),
    async () => startOurs(await toPlace('fast'), 'fast'),
  ];
}

async function startOurs(place: { folder: string; port: number }, sync: 'durable' | 'fast'): Promise<Opponent> {
  const main = join(import.meta.dirname, '../dist/main.js');
  const env = {
    ...process.env,
    PORT: String(place.port),
    HOST: '127.0.0.1',
    DATA_DIR: place.folder,
    SPOOL_SYNC: sync,
    TRUST_PROXY: '127.0.0.1/32',
    IP_LIMIT_PER_MINUTE: '1000000',
    PIXEL_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'error',
    NODE_ENV: 'production',
  };
  // Without tables there are no day keys, and without keys the collector would be spared its hashes.
  execFileSync(values.node, [main, 'migrate'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const words = ['-c', String(SERVER_CORE), values.node, main, 'serve', '--role', 'collect'];
  const child = spawn('taskset', words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  // Also today's visitor key is there then.
  await waitUntilReady(place.port);
  return { name: `MailTracker, ${sync}`, port: place.port, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function measure(
  opponents: readonly Opponent[],
  play: (round: object) => Promise<RoundResult>,
): Promise<readonly Line[]> {
  const seconds = Number(values.seconds);
  const connections = Number(values.connections);
  const samples = new Map<Opponent, Sample[]>(opponents.map((opponent) => [opponent, []]));
  for (const { port } of opponents) await warmUp(() => play({ port, seconds, connections }));
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const opponent of opponents) {
      const before = readCpuSeconds(opponent.pid);
      const result = await play({ port: opponent.port, seconds, connections });
      const cpuUs = ((readCpuSeconds(opponent.pid) - before) / result.answers) * 1e6;
      samples.get(opponent)?.push({ ...result, cpuUs });
    }
    process.stderr.write(`round ${round} of ${values.rounds}\n`);
  }
  return opponents.map((opponent) => ({
    name: opponent.name,
    samples: samples.get(opponent) ?? [],
    memoryMb: readMemoryMb(opponent.pid),
  }));
}

/** What a compiler needs is a number of answers, not a time: beside busy neighbours a round may have few. */
async function warmUp(play: () => Promise<RoundResult>): Promise<void> {
  for (let answers = 0, rounds = 0; answers < WARM_ANSWERS && rounds < WARM_ROUNDS_MAX; rounds += 1) {
    answers += (await play()).answers;
  }
}

interface Summary {
  readonly name: string;
  readonly cpuUs: number;
  /** nginx's CPU per answer divided by this one's; null without nginx. */
  readonly nginxRatio: number | null;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
  readonly memoryMb: number;
}

function toSummaries(lines: readonly Line[]): readonly Summary[] {
  const cpuOf = ({ samples }: Line): number => toMedian(samples.map(({ cpuUs }) => cpuUs));
  const nginx = lines.find(({ name }) => name === 'nginx');
  return lines.map((line) => ({
    name: line.name,
    cpuUs: round(cpuOf(line), 2),
    nginxRatio: nginx === undefined ? null : round(cpuOf(nginx) / cpuOf(line), 3),
    perSecond: Math.round(toMedian(line.samples.map(({ answers, seconds }) => answers / seconds))),
    p50Ms: round(toMedian(line.samples.map(({ p50Ms }) => p50Ms)), 2),
    p99Ms: round(toMedian(line.samples.map(({ p99Ms }) => p99Ms)), 2),
    failures: line.samples.reduce((sum, { failures }) => sum + failures, 0),
    memoryMb: line.memoryMb.most,
  }));
}

function toJson(lines: readonly Line[]): object {
  return {
    node: values.node,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    servers: toSummaries(lines),
  };
}

function toText(lines: readonly Line[]): string {
  const head = ['server', 'CPU µs/answer', 'nginx ÷ it', 'answers/s', 'p50 ms', 'p99 ms', 'failed', 'MiB at most'];
  const rows = toSummaries(lines).map((line) =>
    [
      line.name,
      line.cpuUs,
      line.nginxRatio ?? '–',
      line.perSecond,
      line.p50Ms,
      line.p99Ms,
      line.failures,
      line.memoryMb,
    ].map(String),
  );
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return `${[head, ...rows].map(toLine).join('\n')}\nmedians of ${values.rounds} rounds of ${values.seconds} s, ${values.connections} connections, one core for the server\n`;
}

function toMedian(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(number: number, decimals: number): number {
  return Math.round(number * 10 ** decimals) / 10 ** decimals;
}

interface Generator {
  play(round: object): Promise<RoundResult>;
  stop(): void;
}

/** Always on this process's own Node, whatever the servers run on. */
function startGenerator(): Generator {
  const script = join(import.meta.dirname, 'collect/generate-load.ts');
  const words = ['-c', String(GENERATOR_CORE), process.execPath, '--import', 'tsx', script];
  const child = spawn('taskset', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((result: RoundResult) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as RoundResult));
  return {
    play: (wanted) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify(wanted)}\n`);
      }),
    stop: () => void child.kill(),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}
