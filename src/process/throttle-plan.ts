import type { DropCounts } from './drop-counts.ts';
import type { Open } from './fold-bursts.ts';
import type { PlanDraft } from './plan-window.ts';

/**
 * Lets the opens through that the organization's plan has room for, in the order of their time; the others are counted
 * with all their loads and never stored. `opensPerMinute` is the server's plan, for organizations without one of their
 * own; 0 is unlimited.
 */
export function throttlePlan(
  opens: readonly Open[],
  { draft, counts, opensPerMinute }: { draft: PlanDraft; counts: DropCounts; opensPerMinute: number },
): readonly Open[] {
  return opens.filter((open) => {
    const { pixel, hit, loads } = open;
    const opensMax = pixel.opensPerMinute ?? opensPerMinute;
    if (opensMax === 0 || draft.admit(pixel.organizationId, opensMax, hit.hitAt)) return true;
    counts.drop(pixel, 'throttled_plan', { hitAt: hit.hitAt, hits: loads });
    return false;
  });
}
