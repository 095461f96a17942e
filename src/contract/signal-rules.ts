import { z } from 'zod';
import { SIGNAL_RULE_BOUNDS } from '../domain/signal-rules.ts';

type Bounds = readonly [number, number];

function toWhole([least, most]: Bounds, about: string) {
  const expected = `a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected).describe(about);
}

const base = {
  isOn: z.boolean(),
  cooldownMinutes: toWhole(
    SIGNAL_RULE_BOUNDS.cooldownMinutes,
    'After a signal the rule makes none about the same pixel for so long',
  ),
  heatMinutes: toWhole(SIGNAL_RULE_BOUNDS.heatMinutes, 'For so long a signal is worth calling'),
};
const { hot, back_on_mobile, revived, spreading, unusual } = SIGNAL_RULE_BOUNDS;

/** GET and PUT /api/signals/rules: always all of it. */
export const signalRulesSchema = z
  .strictObject({
    hot: z.strictObject({
      ...base,
      opens: toWhole(hot.opens, "Counted opens of a deal's pixel, elsewhere by one reader"),
      withinMinutes: toWhole(hot.withinMinutes, 'Within so many minutes'),
    }),
    back_on_mobile: z.strictObject({
      ...base,
      opens: toWhole(back_on_mobile.opens, 'From the so-many-th open on, on a phone'),
    }),
    revived: z.strictObject({ ...base, quietDays: toWhole(revived.quietDays, 'Days without an open of the deal') }),
    spreading: z.strictObject({
      ...base,
      readers: toWhole(spreading.readers, 'Readers of one deal'),
      withinHours: toWhole(spreading.withinHours, 'Within so many hours'),
    }),
    unusual: z.strictObject({
      ...base,
      opens: toWhole(unusual.opens, "At least so many opens of a member's own pixel in an hour"),
      times: toWhole(unusual.times, 'and so many times what that hour of the week usually has'),
    }),
  })
  .meta({ id: 'SignalRules' });
export type SignalRulesAnswer = z.infer<typeof signalRulesSchema>;
