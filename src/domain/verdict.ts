import type { NetworkClass } from './network-class.ts';

/** What a hit is judged to be (product.md section 4). */
export const VERDICTS = ['human', 'proxy_open', 'prefetch', 'scanner', 'bot', 'unknown', 'self', 'test'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const CONFIDENCES = ['certain', 'probable', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const DEVICES = ['desktop', 'mobile', 'tablet', 'unknown'] as const;
export type Device = (typeof DEVICES)[number];

/** The judgement of one hit together with the coarse features it was made from, so that newer rules can re-judge it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly confidence: Confidence;
  /** Code of what decided; `explain` in `reasons.ts` has the sentence for people. */
  readonly reason: string;
  readonly rulesVersion: number;
  readonly device: Device;
  /** Short name of the reader's software ("Gmail", "Apple Mail", "Outlook"); "Other" when not known. */
  readonly clientFamily: string;
  readonly networkClass: NetworkClass;
  /** Sorted, space-separated: "agent:<kind>", "old_networks", "prefetch"; empty on a judgement that no rule made. */
  readonly hints: string;
}

const COUNTED: readonly Verdict[] = ['human', 'proxy_open'];
const MACHINE: readonly Verdict[] = ['scanner', 'bot'];

/** True when an open of this verdict counts in `opens`; machines count only where the organization keeps them. */
export function isCounted(verdict: Verdict, excludeBots: boolean): boolean {
  return COUNTED.includes(verdict) || (!excludeBots && MACHINE.includes(verdict));
}

export function isMachine(verdict: Verdict): boolean {
  return MACHINE.includes(verdict);
}

/** The stored `is_proxy`: somebody fetched on the reader's behalf. */
export function isProxied(verdict: Verdict): boolean {
  return verdict === 'proxy_open' || verdict === 'prefetch';
}
