import type { SignalRule } from '../../domain/signal.ts';
import type { SignalReason } from '../../domain/signal-reason.ts';
import type { SignalRules } from '../../domain/signal-rules.ts';
import type { Confidence, Device } from '../../domain/verdict.ts';

/** A stored open that may be part of a signal: counted, and a reader's or a mail proxy's for one. */
export interface SeenOpen {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly device: Device;
  readonly confidence: Confidence;
  /**
   * Whose it was, as a number that means something within one Material only; null for a mail proxy's, for opens
   * without a visitor, and where the rules do not ask.
   */
  readonly reader: number | null;
}

/** What a pixel is to the rules. */
export type SubjectKind = 'deal' | 'campaign' | 'user';

/** What the rules look at: opens of one pixel. */
export interface Material {
  readonly kind: SubjectKind;
  /** By time. Of a campaign that is no deal: those of readers only. */
  readonly opens: readonly SeenOpen[];
  /** Those of readers among the opens of a deal, from further back, as far as spreading looks. */
  readonly readerOpens: readonly SeenOpen[];
  /** How many opens of a deal lie before the first of these, as far as any rule counts, and the latest of them. */
  readonly opensBefore: number;
  readonly lastBeforeAt: number | null;
  /** Of a user pixel: what the hour of an instant usually has; null when too little is known. */
  usualAt(at: number): Usual | null;
}

/** A clock hour and the mean of counted opens in the same hour of the week before. */
export interface Usual {
  readonly hourStartAt: number;
  readonly opens: number;
}

/** An open completes a rule. */
export interface Trigger {
  /** The time of that open. */
  readonly at: number;
  readonly reasons: readonly SignalReason[];
  /** Of the last open. */
  readonly device: Device;
  /** Of the opens the rule rests on. */
  readonly confidences: readonly Confidence[];
  /** How many of them it needs: the signal is as sure as the least sure of the best so many. */
  readonly needed: number;
}

/** One of the five rules, as data. Pure: the same material gives the same triggers, whatever the order of arrival. */
export interface Rule {
  readonly name: SignalRule;
  readonly kinds: readonly SubjectKind[];
  /** How far back of an open it looks, milliseconds. */
  reachMs(rules: SignalRules): number;
  /** Which kinds it asks for readers, whom nobody knows for more than 48 hours. */
  readonly asksForReaders: readonly SubjectKind[];
  /** Every open that completes it, by time; cooldowns come later. */
  weigh(material: Material, rules: SignalRules): readonly Trigger[];
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
