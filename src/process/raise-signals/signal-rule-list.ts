import { backOnMobile } from './back-on-mobile.ts';
import { hot } from './hot.ts';
import { revived } from './revived.ts';
import type { Rule } from './seen-open.ts';
import { spreading } from './spreading.ts';
import { unusual } from './unusual.ts';

/** In the order in which they are settled: what the hot rule says is not said again by one of a phone. */
export const SIGNAL_RULE_LIST: readonly Rule[] = [hot, backOnMobile, revived, spreading, unusual];
