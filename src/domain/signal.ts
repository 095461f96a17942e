import type { CampaignId, MemberId, OrganizationId, PixelId, SignalId } from './ids.ts';
import type { SignalReason } from './signal-reason.ts';
import type { Confidence, Device } from './verdict.ts';

/**
 * One open or several that are worth telling a person about (product.md section 9; docs/signals.md says what each rule
 * is and cannot know). A signal names a member and a campaign, never a reader: no visitor, no hash, no client family.
 */
export interface RaisedSignal {
  readonly id: SignalId;
  readonly organizationId: OrganizationId;
  /** Whose pixel it is, and who should call. */
  readonly memberId: MemberId;
  /** Null for a member's own pixel. */
  readonly campaignId: CampaignId | null;
  readonly pixelId: PixelId;
  readonly rule: SignalRule;
  readonly level: SignalLevel;
  /** Of the least sure open it rests on. */
  readonly confidence: Confidence;
  /** The campaign's name, or "Signature of" and the member's. */
  readonly title: string;
  /** What happened, as codes and numbers; `toSignalSentence` in signal-reason.ts has the words. */
  readonly reasons: readonly SignalReason[];
  /** The time of the open that completed the rule, milliseconds since the epoch. */
  readonly raisedAt: number;
  /** When the heat is gone, milliseconds since the epoch; later than raisedAt. */
  readonly fadesAt: number;
  /** Of the last open it rests on; null when that is not known. */
  readonly device: Exclude<Device, 'unknown'> | null;
  /** Why it makes no noise at once and waits for the member's digest; null: tell them now. */
  readonly heldFor: AttentionHold | null;
}

/** Stored as text, so a rule is never renamed nor given another meaning. */
export const SIGNAL_RULES = ['hot', 'back_on_mobile', 'revived', 'spreading', 'unusual'] as const;
export type SignalRule = (typeof SIGNAL_RULES)[number];

/** In rising order. */
export const SIGNAL_LEVELS = ['warm', 'hot'] as const;
export type SignalLevel = (typeof SIGNAL_LEVELS)[number];

/** What the member says became of it. */
export const SIGNAL_OUTCOMES = ['reached', 'no_answer', 'noise'] as const;
export type SignalOutcome = (typeof SIGNAL_OUTCOMES)[number];

/** By the member's own attention (attention.ts). A held signal is on the Live page all the same, silently. */
export const ATTENTION_HOLDS = ['quiet_hours', 'minimum_level'] as const;
export type AttentionHold = (typeof ATTENTION_HOLDS)[number];

/**
 * Why a stored signal is not told to anybody: the member muted its campaign or rule, or its heat had faded before its
 * hits arrived (after an outage), so that nobody is sent after a cold lead. Both stay in the history.
 */
export const SIGNAL_SILENCES = [...ATTENTION_HOLDS, 'muted', 'faded'] as const;
export type SignalSilence = (typeof SIGNAL_SILENCES)[number];

/** A signal that no longer holds, since opens it rested on turned out to be a machine's or came in another order. */
export interface WithdrawnSignal {
  readonly id: SignalId;
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly campaignId: CampaignId | null;
}

export function isAtLeast(level: SignalLevel, least: SignalLevel): boolean {
  return SIGNAL_LEVELS.indexOf(level) >= SIGNAL_LEVELS.indexOf(least);
}
