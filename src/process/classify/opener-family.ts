import type { NetworkClass } from '../../domain/network-class.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { Confidence, Device, Verdict } from '../../domain/verdict.ts';

/**
 * One kind of opener: how its agent is recognised and what is judged of it. A new kind is one file with one of these
 * and one line in `families.ts`.
 */
export interface OpenerFamily {
  /** Tried in order, the families' in the order of their list; the first that matches names the agent's kind. */
  readonly agents: readonly AgentPattern[];
  /** Tried in the same order; the first that applies decides. */
  readonly rules: readonly VerdictRule[];
}

export interface AgentPattern {
  readonly kind: AgentKind;
  /** A text the whole agent must equal, an expression that must match, or a question asked of it. */
  readonly match: string | RegExp | ((userAgent: string) => boolean);
  /** Short name of the reader's software, or how to tell it; absent: told as of a browser. */
  readonly client?: string | ((userAgent: string) => string);
  /** Absent: told from the agent. `unknown` where a service hides the reader's device. */
  readonly device?: Device;
  /** Vendor page, measurement or public report the pattern rests on. */
  readonly source: string;
}

export interface VerdictRule {
  readonly reason: Reason;
  readonly verdict: Verdict;
  readonly confidence: Confidence;
  readonly source: string;
  applies(features: Features): boolean;
}

/** All that a rule may look at: coarse enough to be kept with the event, so that newer rules can judge it again. */
export interface Features {
  readonly kind: AgentKind;
  readonly client: string;
  readonly device: Device;
  readonly network: NetworkClass;
  /** A header named a prefetch, prerender or preview. */
  readonly isPrefetch: boolean;
  /** The address lists were too old to accuse anybody by. */
  readonly isNetworkListOld: boolean;
}

/** Stored in the event's hints as `agent:<kind>`: append and retire, never rename. */
export const AGENT_KINDS = [
  'missing',
  'apple_prefetch',
  'gmail_prefetch',
  'gmail_proxy',
  'yahoo_proxy',
  'fastmail_proxy',
  'hey_proxy',
  'superhuman_proxy',
  'seznam_proxy',
  'mail_proxy',
  'scanner',
  'self_named_bot',
  'listed_bot',
  'malformed',
  'library',
  'mail_client',
  'bare_webkit',
  'sync_agent',
  'bare_app',
  'app',
  'browser',
] as const;

export type AgentKind = (typeof AGENT_KINDS)[number];
