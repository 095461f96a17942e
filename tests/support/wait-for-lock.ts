import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';

const POLLS_MAX = 500;

/** Resolves once a session of this database waits for another's lock; throws when none ever does. */
export async function waitForLock({ system }: Pick<Databases, 'system'>): Promise<void> {
  for (let poll = 0; poll < POLLS_MAX; poll += 1) {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks
      where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`.execute(
      system,
    );
    if ((rows[0]?.waiting ?? 0) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nobody waits for a lock');
}
