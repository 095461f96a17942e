import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabases } from '../src/db/open-databases.ts';
import { readEmbeddedUrl } from '../tests/support/embedded-url.ts';
import type { BenchParts } from './live/bench-parts.ts';
import { measureCut } from './live/measure-cut.ts';
import { measureLog } from './live/measure-log.ts';
import { measureSignals } from './live/measure-signals.ts';
import { measureStreams } from './live/measure-streams.ts';
import { startBenchServer } from './start-bench-server.ts';

const HELP = `Usage: npm run bench -- live [--only log,signal,streams,cut] [--rounds 40] [--hits-per-second 500]
                            [--streams 1000] [--seconds 10] [--cut-seconds 30]

Starts the product as a process of its own and measures, through the real pipeline:
  log      the part of a batch that telling nobody takes (at most 10 %)
  signal   the third GIF of a deal → its hot signal, saying why, on its member's screen, while other pixels take hits
           (p95 at most 1 s), and that a fourth open makes no second one
  streams  members, admins and API keys of 100 organizations on open streams: bytes of memory a stream (at most 40 kB),
           whether each was told exactly what it may see, and the pixel's p99 (at most 1.5 times that without them)
  cut      streams cut for 30 s under load resume with exactly what they missed

Exit code: 0 when every budget holds, 1 when one does not.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'log,signal,streams,cut' },
    rounds: { type: 'string', default: '40' },
    'hits-per-second': { type: 'string', default: '500' },
    streams: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    'cut-seconds': { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});

const MEASURES: Readonly<Record<string, (parts: BenchParts) => Promise<boolean>>> = {
  log: measureLog,
  signal: measureSignals,
  streams: measureStreams,
  cut: measureCut,
};

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  const server = await startBenchServer(dataDir);
  const databases = openDatabases(await readEmbeddedUrl(dataDir));
  const parts: BenchParts = {
    server,
    dataDir,
    databases,
    hitsPerSecond: Number(values['hits-per-second']),
    rounds: Number(values.rounds),
    streams: Number(values.streams),
    seconds: Number(values.seconds),
    cutSeconds: Number(values['cut-seconds']),
  };
  try {
    let isKept = true;
    for (const name of values.only.split(',')) {
      const measure = MEASURES[name];
      if (measure === undefined) throw new Error(`no part is called ${name}`);
      isKept = (await measure(parts)) && isKept;
    }
    return isKept;
  } finally {
    await databases.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
