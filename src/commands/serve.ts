import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { createLog, type Log } from '../kit/log.ts';
import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import type { Closers } from './open-parts.ts';
import { parseRoles, ROLES, type Role } from './role.ts';
import { startParts } from './start-parts.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run MailTracker: pixels, processing, API and screens, in one process or by role',
  help: `
Usage: mailtracker serve [--role <role>]...

  --role   ${ROLES.join(', ')}; may be given several times. All of them when absent.

Settings come from the environment: PORT (3000), HOST (0.0.0.0), DATA_DIR (./data), DATABASE_URL (embedded
PostgreSQL in DATA_DIR when absent), REDIS_URL, PUBLIC_URL, PIXEL_URL, APP_SECRET, TRUST_PROXY, SPOOL_SYNC (durable) and
those the README lists. Wrong ones refuse to start.

Pixels are answered at once, also while the database starts or is away; /readyz tells when all of it works.
Stop it with Ctrl-C or SIGTERM: it answers what is under way, stores what is queued, and ends.

Example: PORT=8080 PUBLIC_URL=https://track.example.com mailtracker serve`,
  run: serve,
};

async function serve(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { role: { type: 'string', multiple: true } },
    strict: true,
  });
  const roles = parseRoles(values.role ?? []);
  const config = await withFreePort(readConfig(process.env));
  refuseSplitSpool(roles, config);
  const log = createLog(config.logLevel);
  warnOfHitsThatWait(roles, config, log);
  const stopping = new AbortController();
  const stopped = waitForStopSignal().then((signal) => {
    log.info({ signal }, 'serve.stopping');
    giveUpAfter(STOP_MS_MAX, log);
    stopping.abort();
  });
  const closers: Closers = [];
  try {
    await startParts({ config, roles, log, closers, stopping: stopping.signal });
    process.stdout.write(toGreeting(config, roles));
    await stopped;
  } catch (error) {
    // Told to stop while the database was still away: what was collected stands in the spool.
    if (!stopping.signal.aborted) throw error;
  } finally {
    // Also after a failure: nothing may go on waiting for a database.
    stopping.abort();
    for (const close of closers.reverse()) await close();
  }
  log.info({}, 'serve.stopped');
  return 0;
}

/** A spool on disk has one process; between two, also of one machine, hits travel over Redis. */
function refuseSplitSpool(roles: ReadonlySet<Role>, { redisUrl }: Config): void {
  if (redisUrl !== null || roles.has('collect') || !roles.has('process')) return;
  throw new UsageError(
    '--role process without --role collect needs REDIS_URL, which carries the hits between processes. Set it, or give both roles to one process.',
  );
}

/** Such a collector answers and keeps every hit, but nobody comes for them. */
function warnOfHitsThatWait(roles: ReadonlySet<Role>, { redisUrl, dataDir }: Config, log: Log): void {
  if (redisUrl !== null || !roles.has('collect') || roles.has('process')) return;
  const warning =
    'REDIS_URL is not set: hits wait in DATA_DIR until a process with the roles collect and process starts there.';
  process.stderr.write(`WARNING: ${warning}\n`);
  log.warn({ dataDir, warning }, 'serve.hits_wait');
}

/** Below systemd's patience of 90 s. Answers are out within 10 s, which is docker's. */
const STOP_MS_MAX = 30_000;
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

function toGreeting(config: Config, roles: ReadonlySet<Role>): string {
  const where = `listening on ${config.host}:${config.port}`;
  if (!roles.has('web')) return `MailTracker is ready: ${[...roles].join(', ')} (${where}).\n`;
  const first = `Open ${config.publicUrl} and sign up: the first account owns the organization.`;
  return `MailTracker is ready at ${config.publicUrl} (${where}).\n${first}\n`;
}
