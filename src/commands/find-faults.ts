import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { systemClock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { openNetworks } from '../networks/open-networks.ts';
import { connectRedis } from '../spool/redis/connect-redis.ts';
import { findDatabaseFaults } from './find-database-faults.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly state: 'ok' | 'advice' | 'wrong';
  readonly subject: string;
  readonly said: string;
  /** What mends it; absent where nothing needs to be done. */
  readonly todo?: string;
}

/** Looks at everything, each on its own: one that fails hides no other. Leaves nothing but a data folder where none was. */
export async function findFaults(config: Config, log: Log): Promise<readonly Finding[]> {
  const looks = [
    () => findFolderFaults(config),
    () => findDatabaseFaults(config, log),
    () => findRedisFaults(config, log),
    async () => findAddressFaults(config),
    async () => findSecretFaults(config),
    () => findNetworkFaults(config, log),
  ];
  const findings: Finding[] = [];
  for (const look of looks) findings.push(...(await look().catch(toFinding)));
  return findings;
}

function toFinding(error: unknown): readonly Finding[] {
  const said = error instanceof Error ? error.message : String(error);
  return [{ state: 'wrong', subject: 'doctor', said, todo: 'Mend what is told above first, then look again.' }];
}

const BYTES_PER_GIB = 1024 ** 3;
const FREE_BYTES_LEAST = 2 * BYTES_PER_GIB;

async function findFolderFaults({ dataDir, spoolBytesMax }: Config): Promise<readonly Finding[]> {
  const subject = `DATA_DIR ${dataDir}`;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await tryToWrite(dataDir);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return [
      { state: 'wrong', subject, said: `cannot be written (${code})`, todo: UNWRITABLE[code] ?? UNWRITABLE.EACCES },
    ];
  }
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const said = `${toGib(free)} GiB free`;
  if (free < FREE_BYTES_LEAST)
    return [{ state: 'wrong', subject, said, todo: 'Make room: hits are dropped on a full disk.' }];
  if (free < spoolBytesMax + FREE_BYTES_LEAST) {
    const todo = `SPOOL_BYTES_MAX is ${toGib(spoolBytesMax)} GiB: the disk would be full before the spool is. Make room, or lower it.`;
    return [{ state: 'advice', subject, said, todo }];
  }
  return [{ state: 'ok', subject, said }];
}

const UNWRITABLE: Readonly<Record<string, string>> & { readonly EACCES: string } = {
  EACCES: 'Give the user that runs MailTracker the right to write there.',
  EROFS: 'The file system takes no writes: look into the kernel’s log for why, check it (fsck), and mount it anew.',
  ENOSPC: 'Make room: hits are dropped on a full disk.',
};

/** Asking for the right to write is not enough: a file system that found itself damaged still grants it. */
async function tryToWrite(folder: string): Promise<void> {
  const path = join(folder, `doctor.${process.pid}`);
  try {
    await writeFile(path, 'written by mailtracker doctor, and removed\n');
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

function toGib(bytes: number): string {
  return (bytes / BYTES_PER_GIB).toFixed(1);
}

async function findRedisFaults({ redisUrl }: Config, log: Log): Promise<readonly Finding[]> {
  const subject = 'REDIS_URL';
  if (redisUrl === null)
    return [{ state: 'ok', subject, said: 'not set: hits go from the spool to the database in one process' }];
  const redis = await connectRedis(redisUrl, 'doctor', log);
  try {
    const info = String(await redis.call('INFO'));
    const read = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    const version = read('redis_version');
    const findings: Finding[] = [];
    if (Number.parseFloat(version) < REDIS_LEAST) {
      findings.push({
        state: 'wrong',
        subject,
        said: `is a Redis ${version}`,
        todo: 'MailTracker needs 6.2 or newer (XAUTOCLAIM).',
      });
    }
    if (Number(read('maxmemory')) > 0 && read('maxmemory_policy') !== 'noeviction') {
      const said = `evicts by ${read('maxmemory_policy')} when its memory is full: the stream could be thrown away`;
      findings.push({ state: 'wrong', subject, said, todo: 'Set maxmemory-policy noeviction.' });
    }
    if (read('aof_enabled') !== '1') {
      const said =
        'keeps nothing when it restarts; what was sent in the last 5 s is sent again, what waits longer is lost';
      findings.push({ state: 'advice', subject, said, todo: 'Set appendonly yes (appendfsync everysec is enough).' });
    }
    return findings.length > 0 ? findings : [{ state: 'ok', subject, said: `Redis ${version} answers` }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const said = redis.status === 'ready' ? `cannot be used: ${reason}` : 'does not answer, or refuses the password';
    const todo = 'Collectors keep hits on their disks meanwhile. Start it, or mend the address.';
    return [{ state: 'wrong', subject, said, todo }];
  } finally {
    redis.disconnect();
  }
}

const REDIS_LEAST = 6.2;

function findAddressFaults({ publicUrl, pixelUrl, trustProxy, smtpUrl, metricsToken }: Config): readonly Finding[] {
  const findings: Finding[] = [];
  const publicHost = new URL(publicUrl);
  const isLocal = /^(localhost|127\.|\[::1\])/.test(publicHost.host);
  const subject = `PUBLIC_URL ${publicUrl}`;
  if (isLocal)
    findings.push({
      state: 'advice',
      subject,
      said: 'works on this machine only',
      todo: 'Set PUBLIC_URL to the address people and mail clients reach.',
    });
  else if (publicHost.protocol !== 'https:') {
    const todo = 'Put a proxy with TLS before it and set PUBLIC_URL to https: cookies are then Secure and __Host-.';
    findings.push({
      state: 'wrong',
      subject,
      said: 'is not https: passwords and cookies cross the net in the clear',
      todo,
    });
  } else findings.push({ state: 'ok', subject, said: 'is https' });
  if (!isLocal && new URL(pixelUrl).protocol !== 'https:') {
    findings.push({
      state: 'wrong',
      subject: `PIXEL_URL ${pixelUrl}`,
      said: 'is not https: many mail clients load no such image',
      todo: 'Set PIXEL_URL to https.',
    });
  }
  if (!isLocal && new URL(pixelUrl).host === publicHost.host) {
    const todo =
      'Give pixels a host of their own (PIXEL_URL), such as t.example.com: blocking it then blocks no dashboard.';
    findings.push({ state: 'advice', subject: 'PIXEL_URL', said: 'is the host of the dashboard', todo });
  }
  const isTrusting = typeof trustProxy === 'number' ? trustProxy > 0 : trustProxy.length > 0;
  if (!isLocal && publicHost.protocol === 'https:' && !isTrusting) {
    const said = 'is not set, and TLS ends somewhere before this process: every reader then has the proxy’s address';
    findings.push({
      state: 'wrong',
      subject: 'TRUST_PROXY',
      said,
      todo: 'Name the proxy, such as TRUST_PROXY=10.0.0.0/8, or the number of hops.',
    });
  }
  findings.push(
    smtpUrl === null
      ? {
          state: 'advice',
          subject: 'SMTP_URL',
          said: 'not set: invitations and resets are links to hand on',
          todo: 'Set SMTP_URL to have them mailed.',
        }
      : { state: 'ok', subject: 'SMTP_URL', said: 'is set' },
  );
  if (metricsToken === null)
    findings.push({
      state: 'advice',
      subject: 'METRICS_TOKEN',
      said: 'not set: nobody watches',
      todo: 'Set it and scrape /metrics; docs/operations.md has the alerts.',
    });
  return findings;
}

/** Nodes with secrets of their own cannot read each other's day keys and tokens. */
function findSecretFaults({ appSecret, databaseUrl, redisUrl }: Config): readonly Finding[] {
  const subject = 'APP_SECRET';
  if (appSecret !== null) return [{ state: 'ok', subject, said: 'is set' }];
  if (databaseUrl === null || redisUrl === null)
    return [{ state: 'ok', subject, said: 'kept in DATA_DIR/app-secret; back it up' }];
  return [
    {
      state: 'wrong',
      subject,
      said: 'not set, and with REDIS_URL there are several processes',
      todo: 'Set the same APP_SECRET for all of them: the text of DATA_DIR/app-secret of the first one.',
    },
  ];
}

const NETWORKS_DAYS_MAX = 90;

async function findNetworkFaults({ dataDir }: Config, log: Log): Promise<readonly Finding[]> {
  const networks = await openNetworks({ folder: join(dataDir, 'networks'), clock: systemClock, log });
  const age = networks.ageDays('google_proxy');
  const subject = 'lists of mail networks';
  if (age !== null && age <= NETWORKS_DAYS_MAX) return [{ state: 'ok', subject, said: `${Math.round(age)} days old` }];
  const said =
    age === null
      ? 'of unknown age'
      : `${Math.round(age)} days old: past ${NETWORKS_DAYS_MAX} days they accuse nobody any more`;
  return [{ state: 'advice', subject, said, todo: 'Run: mailtracker networks update (daily, from cron).' }];
}
