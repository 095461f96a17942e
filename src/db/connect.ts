import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../kit/log.ts';
import { startEmbedded } from './embedded/start-embedded.ts';
import { isServerAway } from './is-server-away.ts';

/**
 * The server to use: the one DATABASE_URL names, or the embedded one in `dataDir`. Answers the owner's address and how
 * to give it back. Throws ConnectError or EmbeddedError, whose messages tell the next step.
 */
export async function connect(settings: ConnectSettings, log: Log): Promise<Connected> {
  if (settings.databaseUrl === null) {
    return startEmbedded(settings.dataDir, log, { endsWithProcess: settings.endsWithProcess ?? false });
  }
  await verifyServer(settings.databaseUrl, settings, log);
  return { url: settings.databaseUrl, stop: async () => {} };
}

export interface ConnectSettings {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** True for serve: an embedded server it starts ends with it, even by kill -9 (Linux). */
  readonly endsWithProcess?: boolean;
  /** How long DATABASE_URL's server may take to come up; 30 s when not given. */
  readonly waitMsMax?: number;
  /** Ends the wait for DATABASE_URL's server with an AbortError. */
  readonly signal?: AbortSignal;
}

export interface Connected {
  readonly url: string;
  stop(): Promise<void>;
}

/** DATABASE_URL cannot be used; the message names the server, never the password. */
export class ConnectError extends Error {}

const VERSION_MIN = 15;
const WAIT_MS_MAX = 30_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 5_000;
const CONNECT_MS_MAX = 5_000;

async function verifyServer(
  url: string,
  { waitMsMax = WAIT_MS_MAX, signal }: Pick<ConnectSettings, 'waitMsMax' | 'signal'>,
  log: Log,
): Promise<void> {
  const deadline = Date.now() + waitMsMax;
  for (let retryMs = RETRY_MS; ; retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)) {
    try {
      return refuseOldVersion(await readVersion(url));
    } catch (error) {
      if (error instanceof ConnectError) throw error;
      const reason = toReason(error);
      if (!isServerAway(error) || Date.now() >= deadline) {
        throw new ConnectError(`DATABASE_URL (${toServerName(url)}) cannot be used: ${reason}`, { cause: error });
      }
      log.warn({ server: toServerName(url), reason }, 'database.not_up_yet');
      await sleep(retryMs, undefined, { signal });
    }
  }
}

/** Such as 180004. */
async function readVersion(url: string): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    return answer.rows[0]?.version ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}

export function refuseOldVersion(version: number): void {
  const major = Math.floor(version / 10_000);
  if (major >= VERSION_MIN) return;
  throw new ConnectError(
    `DATABASE_URL names a PostgreSQL ${major}; MailTracker needs ${VERSION_MIN} or newer. Upgrade that server, or unset DATABASE_URL to use the embedded one.`,
  );
}

/** A host with several addresses fails with an error that has no message of its own. */
function toReason(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(toReason).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function toServerName(url: string): string {
  return URL.canParse(url) ? new URL(url).host || 'local socket' : 'not an address';
}
