import { DAY_MS } from '../../domain/hit.ts';
import type { Rule } from './seen-open.ts';
import { toGroups } from './to-groups.ts';

/** The first open of a deal after quiet days. A first open ever revives nothing: there has to be one before. */
export const revived: Rule = {
  name: 'revived',
  kinds: ['deal'],
  asksForReaders: [],
  reachMs: () => 0,
  weigh({ opens, lastBeforeAt }, { revived }) {
    let before = lastBeforeAt;
    return [...toGroups(opens, ({ at }) => at)].flatMap(([at, together]) => {
      const quietMs = before === null ? 0 : at - before;
      before = at;
      if (quietMs < revived.quietDays * DAY_MS) return [];
      return {
        at,
        reasons: [{ code: 'quiet_days', days: Math.floor(quietMs / DAY_MS) }],
        device: together[0]?.device ?? 'unknown',
        confidences: together.map(({ confidence }) => confidence),
        needed: 1,
      };
    });
  },
};
