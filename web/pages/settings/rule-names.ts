import type { Rule } from './signals-api.ts';

/** Each rule's name in the messages. */
export const RULE_NAMES = {
  hot: 'ruleHot',
  back_on_mobile: 'ruleBackOnMobile',
  revived: 'ruleRevived',
  spreading: 'ruleSpreading',
  unusual: 'ruleUnusual',
} as const satisfies Readonly<Record<Rule, string>>;
