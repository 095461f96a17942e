import type { SignalLevel, SignalRule } from './signal.ts';

/**
 * The five rules' numbers (product.md section 9). An admin may change each within its bounds; level is the rule's own.
 * `cooldownMinutes`: for so long after a signal the same rule makes none about the same pixel, and what it would have
 * told folds into the one that stands. `heatMinutes`: for so long it is worth calling.
 */
export interface SignalRules {
  /** So many counted opens of a deal's pixel, elsewhere by one reader, within so many minutes. */
  readonly hot: RuleBase & { readonly opens: number; readonly withinMinutes: number };
  /** The so-many-th or later open, on a phone. */
  readonly back_on_mobile: RuleBase & { readonly opens: number };
  /** The first open of a deal after so many days of none. */
  readonly revived: RuleBase & { readonly quietDays: number };
  /** So many readers of one deal within so many hours. */
  readonly spreading: RuleBase & { readonly readers: number; readonly withinHours: number };
  /** At least so many opens of a member's own pixel in an hour, and so many times what that hour of the week usually has. */
  readonly unusual: RuleBase & { readonly opens: number; readonly times: number };
}

interface RuleBase {
  readonly isOn: boolean;
  readonly cooldownMinutes: number;
  readonly heatMinutes: number;
}

/** As it is stored: what was changed. */
export type PartialSignalRules = { readonly [Rule in SignalRule]?: Partial<SignalRules[Rule]> };

export const DEFAULT_SIGNAL_RULES: SignalRules = Object.freeze({
  hot: { isOn: true, opens: 3, withinMinutes: 5, cooldownMinutes: 30, heatMinutes: 30 },
  back_on_mobile: { isOn: true, opens: 3, cooldownMinutes: 240, heatMinutes: 60 },
  revived: { isOn: true, quietDays: 7, cooldownMinutes: 1_440, heatMinutes: 240 },
  spreading: { isOn: true, readers: 3, withinHours: 24, cooldownMinutes: 1_440, heatMinutes: 480 },
  unusual: { isOn: true, opens: 12, times: 4, cooldownMinutes: 720, heatMinutes: 120 },
});

export const RULE_LEVELS: Readonly<Record<SignalRule, SignalLevel>> = {
  hot: 'hot',
  back_on_mobile: 'warm',
  revived: 'warm',
  spreading: 'hot',
  unusual: 'warm',
};

/** Least and most, both allowed. Readers are known for 48 hours at most, so no rule about them looks further than 24. */
export const SIGNAL_RULE_BOUNDS = {
  cooldownMinutes: [1, 10_080],
  heatMinutes: [1, 10_080],
  hot: { opens: [2, 20], withinMinutes: [1, 60] },
  back_on_mobile: { opens: [2, 20] },
  revived: { quietDays: [1, 60] },
  spreading: { readers: [2, 20], withinHours: [1, 24] },
  unusual: { opens: [5, 1_000], times: [2, 50] },
} as const;

/** Fills what an older row lacks with the defaults; the row itself was validated when it was written. */
export function toSignalRules(stored: PartialSignalRules | null): SignalRules {
  if (stored === null) return DEFAULT_SIGNAL_RULES;
  return {
    hot: { ...DEFAULT_SIGNAL_RULES.hot, ...stored.hot },
    back_on_mobile: { ...DEFAULT_SIGNAL_RULES.back_on_mobile, ...stored.back_on_mobile },
    revived: { ...DEFAULT_SIGNAL_RULES.revived, ...stored.revived },
    spreading: { ...DEFAULT_SIGNAL_RULES.spreading, ...stored.spreading },
    unusual: { ...DEFAULT_SIGNAL_RULES.unusual, ...stored.unusual },
  };
}
