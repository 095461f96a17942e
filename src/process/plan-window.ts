import type { OrganizationId } from '../domain/ids.ts';

// In: opens as they are about to be stored. Out: whether the organization's plan has room for one more within the
// minute that ends with it, by the time of the hit. Kept in this process only; a second processor counts for itself.
// What must never happen: an open counted that was rolled back, or a memory that grows with the organizations.

/** What one batch adds; forgotten unless it is kept. */
export interface PlanDraft {
  /** True, and counted, when fewer than `opensMax` were admitted in the minute up to `hitAt` (milliseconds). */
  admit(organizationId: OrganizationId, opensMax: number, hitAt: number): boolean;
  /** The batch is stored. */
  keep(): void;
}

export interface PlanWindow {
  draft(): PlanDraft;
}

const WINDOW_SECONDS = 60;
/** Seconds remembered of one organization: hits may come late by the difference to the window. */
const SECONDS_MAX = 300;
/** Beyond it those that were silent for longest are forgotten: their next minute begins anew. */
const ORGANIZATIONS_MAX = 20_000;

type Seconds = Map<number, number>;

export function createPlanWindow(): PlanWindow {
  const kept = new Map<OrganizationId, Seconds>();
  return {
    draft: () => {
      const added = new Map<OrganizationId, Seconds>();
      return {
        admit: (organizationId, opensMax, hitAt) => {
          const second = Math.floor(hitAt / 1000);
          const mine = added.get(organizationId) ?? new Map<number, number>();
          if (countBefore(kept.get(organizationId), second) + countBefore(mine, second) >= opensMax) return false;
          mine.set(second, (mine.get(second) ?? 0) + 1);
          added.set(organizationId, mine);
          return true;
        },
        keep: () => {
          for (const [organizationId, seconds] of added) {
            const known = kept.get(organizationId) ?? new Map<number, number>();
            for (const [second, opens] of seconds) known.set(second, (known.get(second) ?? 0) + opens);
            kept.delete(organizationId);
            kept.set(organizationId, withoutOldest(known));
          }
          for (const organizationId of kept.keys()) {
            if (kept.size <= ORGANIZATIONS_MAX) break;
            kept.delete(organizationId);
          }
        },
      };
    },
  };
}

function countBefore(seconds: Seconds | undefined, last: number): number {
  if (seconds === undefined) return 0;
  let opens = 0;
  for (let second = last - WINDOW_SECONDS + 1; second <= last; second += 1) opens += seconds.get(second) ?? 0;
  return opens;
}

function withoutOldest(seconds: Seconds): Seconds {
  if (seconds.size <= SECONDS_MAX) return seconds;
  const newest = [...seconds.keys()].sort((a, b) => b - a).slice(0, SECONDS_MAX);
  return new Map(newest.map((second) => [second, seconds.get(second) ?? 0]));
}
