import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { DropCounts } from './drop-counts.ts';
import type { Open } from './fold-bursts.ts';
import { openPlanWindow } from './plan-window.ts';

/**
 * Lets the opens through that the organization's plan has room for, in the order of their time; the others are counted
 * with all their loads and never stored. `opensPerMinute` is the server's plan, for organizations without one of their
 * own; 0 is unlimited, and then nothing is asked.
 */
export async function throttlePlan(
  trx: Transaction<Schema>,
  opens: readonly Open[],
  { counts, opensPerMinute }: { counts: DropCounts; opensPerMinute: number },
): Promise<readonly Open[]> {
  const toOpensMax = ({ pixel }: Open): number => pixel.opensPerMinute ?? opensPerMinute;
  const limited = opens.filter((open) => toOpensMax(open) > 0);
  if (limited.length === 0) return opens;
  const planWindow = await openPlanWindow(
    trx,
    limited.map(({ pixel }) => pixel.organizationId),
  );
  const admitted = opens.filter((open) => {
    const { pixel, hit, loads } = open;
    const opensMax = toOpensMax(open);
    if (opensMax === 0 || planWindow.admit(pixel.organizationId, opensMax, hit.hitAt)) return true;
    counts.drop(pixel, 'throttled_plan', { hitAt: hit.hitAt, hits: loads });
    return false;
  });
  await planWindow.store(trx);
  return admitted;
}
