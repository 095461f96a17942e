import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Log } from '../kit/log.ts';

export interface CollectRegion {
  /** Whether any organization keeps the country of its human opens: otherwise no hit carries one. */
  isWanted(): boolean;
  stop(): Promise<void>;
}

/** A change of settings takes effect within 2 s. */
const ASK_MS = 1_000;

/** Asks at once and then every second; while the database is away the last answer stands, at first "no". */
export async function watchCollectRegion(databases: Databases, log: Log): Promise<CollectRegion> {
  let isWanted = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  const ask = async (): Promise<void> => {
    try {
      const { rows } = await sql<{ is_wanted: boolean }>`
        select exists (select from organization_settings where (tracking_settings ->> 'collect_region')::boolean) as is_wanted`.execute(
        databases.system,
      );
      isWanted = rows[0]?.is_wanted ?? false;
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'collect_region.database_away');
    }
    if (!isStopped) timer = setTimeout(start, ASK_MS).unref();
  };
  let asking = ask();
  const start = (): void => {
    asking = ask();
  };
  await asking;
  return {
    isWanted: () => isWanted,
    async stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
      await asking;
    },
  };
}
