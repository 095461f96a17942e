import { DAY_MS } from '../../domain/hit.ts';
import type { Rule, SeenOpen, Trigger } from './seen-open.ts';
import { toGroups } from './to-groups.ts';

/**
 * The third or later open, on a phone: the reader came back to it away from the desk. Of a deal's pixel; of another
 * campaign's by one reader within a day of the UTC clock, since its pixel is in every mail of its member.
 */
export const backOnMobile: Rule = {
  name: 'back_on_mobile',
  kinds: ['deal', 'campaign'],
  asksForReaders: ['campaign'],
  reachMs: () => DAY_MS,
  weigh({ kind, opens, opensBefore }, { back_on_mobile }) {
    if (kind === 'deal') return weighGroup(opens, opensBefore, back_on_mobile.opens);
    const days = toGroups(opens, ({ reader, at }) => (reader === null ? null : `${reader} ${Math.floor(at / DAY_MS)}`));
    return [...days.values()]
      .flatMap((group) => weighGroup(group, 0, back_on_mobile.opens))
      .sort((a, b) => a.at - b.at);
  },
};

function weighGroup(opens: readonly SeenOpen[], before: number, needed: number): readonly Trigger[] {
  let nth = before;
  // Opens of one instant count together.
  return [...toGroups(opens, ({ at }) => at)].flatMap(([at, together]) => {
    nth += together.length;
    const onPhone = together.filter(({ device }) => device === 'mobile');
    if (nth < needed || onPhone.length === 0) return [];
    return {
      at,
      reasons: [
        { code: 'nth_open', nth },
        { code: 'last_on', device: 'mobile' },
      ],
      device: 'mobile',
      confidences: onPhone.map(({ confidence }) => confidence),
      needed: 1,
    };
  });
}
