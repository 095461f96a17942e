import type { SignalRules } from '../../domain/signal-rules.ts';
import { HOUR_MS, type Rule, type SeenOpen, type Trigger } from './seen-open.ts';

/** Far more opens of a member's own pixel in a clock hour than that hour of the week usually has. */
export const unusual: Rule = {
  name: 'unusual',
  kinds: ['user'],
  asksForReaders: [],
  reachMs: () => HOUR_MS,
  weigh({ opens, usualAt }, rules) {
    const hours = new Map<number, { usual: number; opens: SeenOpen[] }>();
    for (const open of opens) {
      const usual = usualAt(open.at);
      if (usual === null) continue;
      const hour = hours.get(usual.hourStartAt) ?? { usual: usual.opens, opens: [] };
      hours.set(usual.hourStartAt, hour);
      hour.opens.push(open);
    }
    return [...hours.values()].flatMap(({ usual, opens: inHour }) =>
      weighHour(inHour, usual, toOpensNeeded(usual, rules)),
    );
  },
};

/** Four times 2.2 is 8.8, and nine is what it takes; a mean that is not exact must not make it ten. */
export function toOpensNeeded(usual: number, { unusual: { opens, times } }: SignalRules): number {
  return Math.max(opens, Math.ceil(times * usual - 1e-9));
}

function weighHour(opens: readonly SeenOpen[], usual: number, needed: number): readonly Trigger[] {
  return opens.flatMap((open, index) => {
    const count = index + 1;
    if (count < needed || opens[count]?.at === open.at) return [];
    return {
      at: open.at,
      reasons: [{ code: 'above_usual', opens: count, usual: Math.round(usual * 10) / 10 }],
      device: open.device,
      confidences: opens.slice(0, count).map(({ confidence }) => confidence),
      needed,
    };
  });
}
