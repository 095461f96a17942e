import type { Databases } from '../db/open-databases.ts';

/** What a test showed stays to be looked at for this long after its end. */
const KEPT_MS = 86_400_000;

/** Removes the tests that ended a day ago, with their hits; answers how many. */
export async function purgeInstallTests({ system }: Pick<Databases, 'system'>, now: number): Promise<number> {
  const { numDeletedRows } = await system
    .deleteFrom('signature_install_tests')
    .where('expires_at', '<', new Date(now - KEPT_MS))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
