import { MINUTE_MS, type Rule, type SeenOpen, type Trigger } from './seen-open.ts';
import { toGroups } from './to-groups.ts';
import { toLastOn } from './to-last-on.ts';

/**
 * So many counted opens of a deal's pixel within minutes, whoever's they are; of another campaign's pixel, which is in
 * every mail of its member, by one reader. Opens of low confidence alone never make one.
 */
export const hot: Rule = {
  name: 'hot',
  kinds: ['deal', 'campaign'],
  asksForReaders: ['campaign'],
  reachMs: ({ hot }) => hot.withinMinutes * MINUTE_MS,
  weigh({ kind, opens }, { hot }) {
    const windowMs = hot.withinMinutes * MINUTE_MS;
    if (kind === 'deal') return weighGroup(opens, { ...hot, windowMs, isOneReader: false });
    return [...toGroups(opens, ({ reader }) => reader).values()]
      .flatMap((group) => weighGroup(group, { ...hot, windowMs, isOneReader: true }))
      .sort((a, b) => a.at - b.at);
  },
};

interface Measure {
  readonly opens: number;
  readonly withinMinutes: number;
  readonly windowMs: number;
  readonly isOneReader: boolean;
}

function weighGroup(opens: readonly SeenOpen[], measure: Measure): readonly Trigger[] {
  const triggers: Trigger[] = [];
  let start = 0;
  for (const [index, open] of opens.entries()) {
    // Opens of one instant count together.
    if (opens[index + 1]?.at === open.at) continue;
    while ((opens[start]?.at ?? open.at) < open.at - measure.windowMs) start += 1;
    const window = opens.slice(start, index + 1);
    if (window.length < measure.opens || window.every(({ confidence }) => confidence === 'low')) continue;
    triggers.push(toTrigger(window, open.at, measure));
  }
  return triggers;
}

function toTrigger(window: readonly SeenOpen[], at: number, measure: Measure): Trigger {
  const { device, reasons } = toLastOn(window);
  return {
    at,
    reasons: [
      { code: 'opens_within', opens: window.length, minutes: measure.withinMinutes },
      ...(measure.isOneReader ? [{ code: 'one_reader' } as const] : []),
      ...reasons,
    ],
    device,
    confidences: window.map(({ confidence }) => confidence),
    needed: measure.opens,
  };
}
