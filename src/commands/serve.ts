import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { createLog, type Log } from '../kit/log.ts';
import type { Command } from './command.ts';
import { startParts } from './start-parts.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run MailTracker: pixels, processing, API and screens in one process',
  help: `
Usage: mailtracker serve

Settings come from the environment: PORT (3000), HOST (0.0.0.0), DATA_DIR (./data), DATABASE_URL (embedded
PostgreSQL in DATA_DIR when absent), PUBLIC_URL, PIXEL_URL, APP_SECRET, TRUST_PROXY, SPOOL_SYNC (durable) and
those the README lists. Wrong ones refuse to start.

Stop it with Ctrl-C or SIGTERM: it answers what is under way, stores what is queued, and ends.

Example: PORT=8080 PUBLIC_URL=https://track.example.com mailtracker serve`,
  run: serve,
};

async function serve(words: readonly string[]): Promise<number> {
  parseArgs({ args: [...words], options: {}, strict: true });
  const config = await withFreePort(readConfig(process.env));
  const log = createLog(config.logLevel);
  const stopped = waitForStopSignal();
  const closers: (() => Promise<void>)[] = [];
  let isStarted = false;
  stopped.then((signal) => {
    log.info({ signal }, 'serve.stopping');
    giveUpAfter(isStarted ? STOP_MS_MAX : STOP_STARTING_MS_MAX, log);
  });
  try {
    await startParts(config, log, closers);
    isStarted = true;
    process.stdout.write(toGreeting(config));
    await stopped;
  } finally {
    for (const close of closers.reverse()) await close();
  }
  log.info({}, 'serve.stopped');
  return 0;
}

/** Below systemd's patience of 90 s. Answers are out within 10 s, which is docker's. */
const STOP_MS_MAX = 30_000;
/** A start waits long for a database that is away; who stops it then need not. */
const STOP_STARTING_MS_MAX = 3_000;

/** A database that hangs must not keep the process: what was answered is on the disk, and the next start stores it. */
function giveUpAfter(ms: number, log: Log): void {
  setTimeout(() => {
    log.error({ waitedMs: ms }, 'serve.abandoned');
    process.exit(1);
  }, ms).unref();
}

/** PORT=0 lets the system choose: the addresses in signatures must hold the real one. */
async function withFreePort(config: Config): Promise<Config> {
  if (config.port !== 0) return config;
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, config.host, () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
  return readConfig({ ...process.env, PORT: String(port) });
}

function waitForStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // For good, not once: Ctrl-C under `npm start` comes twice, from the terminal and from npm.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

function toGreeting(config: Config): string {
  const first = `Open ${config.publicUrl} and sign up: the first account owns the organization.`;
  return `MailTracker is ready at ${config.publicUrl} (listening on ${config.host}:${config.port}).\n${first}\n`;
}
