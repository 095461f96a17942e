import type { Confidence } from '../../domain/verdict.ts';
import { HOUR_MS, type Rule, type SeenOpen } from './seen-open.ts';
import { toGroups } from './to-groups.ts';

/**
 * Several readers of one deal within hours: it was forwarded, or a committee reads it. A reader is an address and a
 * program, so one person at a desk and on a phone is two of them; behind a mail proxy nobody is told from another.
 */
export const spreading: Rule = {
  name: 'spreading',
  kinds: ['deal'],
  asksForReaders: ['deal'],
  reachMs: ({ spreading }) => spreading.withinHours * HOUR_MS,
  weigh({ readerOpens }, { spreading }) {
    const known = readerOpens;
    const windowMs = spreading.withinHours * HOUR_MS;
    let start = 0;
    return known.flatMap((open, index) => {
      if (known[index + 1]?.at === open.at) return [];
      while ((known[start]?.at ?? open.at) < open.at - windowMs) start += 1;
      const confidences = toReaderConfidences(known.slice(start, index + 1));
      if (confidences.length < spreading.readers) return [];
      return {
        at: open.at,
        reasons: [{ code: 'readers', readers: confidences.length, hours: spreading.withinHours }],
        device: open.device,
        confidences,
        needed: spreading.readers,
      };
    });
  },
};

const SURE: readonly Confidence[] = ['certain', 'probable', 'low'];

/** Of each reader the surest open. */
function toReaderConfidences(opens: readonly SeenOpen[]): readonly Confidence[] {
  return [...toGroups(opens, ({ reader }) => reader).values()].map(
    (group) => SURE.find((confidence) => group.some((open) => open.confidence === confidence)) ?? 'low',
  );
}
