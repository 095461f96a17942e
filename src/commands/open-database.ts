import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../db/connect.ts';
import { isServerAway } from '../db/is-server-away.ts';
import { migrate } from '../db/migrate.ts';
import { type Databases, openDatabases } from '../db/open-databases.ts';
import { backfillUserPixels } from '../signatures/backfill-user-pixels.ts';
import type { Base } from './open-parts.ts';

/** The database of a process that does not wait for it. */
export interface Database {
  /** From the first moment; queries fail, or wait for an embedded server's address, until it is there. */
  readonly databases: Databases;
  /** Reached, migrated, every member with a pixel. Rejects with what waiting cannot mend, or AbortError when told to stop. */
  readonly ready: Promise<void>;
}

/**
 * Reaches for the database for as long as it takes: collecting goes on meanwhile. `isOwner` false: a collector, which
 * uses the database where it is there and never migrates it.
 */
export function openDatabase(base: Base, isOwner: boolean): Database {
  const { config, log, closers, stopping } = base;
  const isKnown = config.databaseUrl !== null && !isOwner;
  const settings = { databaseUrl: config.databaseUrl, dataDir: config.dataDir, endsWithProcess: true };
  const connected = isKnown
    ? null
    : connect({ ...settings, waitMsMax: Number.POSITIVE_INFINITY, signal: stopping }, log);
  closers.push(async () => {
    const server = await connected?.catch(() => null);
    await server?.stop();
  });
  const url =
    connected === null
      ? (config.databaseUrl ?? '')
      : orStopped(
          connected.then((server) => server.url),
          stopping,
        );
  const databases = openDatabases(url, { log });
  // Rejects where the address never came: there is nothing to close then.
  closers.push(() => databases.close().catch(() => undefined));
  const ready = isOwner ? prepare(base, databases, url) : Promise.resolve();
  ready.catch(() => undefined);
  return { databases, ready };
}

async function prepare({ log, stopping, tokenKey }: Base, databases: Databases, url: string | Promise<string>) {
  const address = await url;
  for (;;) {
    stopping.throwIfAborted();
    try {
      await migrate(address, log);
      await backfillUserPixels(databases, tokenKey);
      return;
    } catch (error) {
      if (!isServerAway(error)) throw error;
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'database.not_up_yet');
      await sleep(RETRY_MS, undefined, { signal: stopping });
    }
  }
}

const RETRY_MS = 1_000;

function orStopped<T>(promise: Promise<T>, stopping: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    stopping.addEventListener('abort', () => reject(stopping.reason), { once: true });
  });
  const first = Promise.race([promise, stopped]);
  first.catch(() => undefined);
  return first;
}
