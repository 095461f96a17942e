import type { RaisedSignal, SignalRule } from '../../domain/signal.ts';
import { RULE_LEVELS } from '../../domain/signal-rules.ts';
import type { Confidence } from '../../domain/verdict.ts';
import type { Trigger } from './seen-open.ts';

/**
 * What a trigger says of its signal. It is as sure as the least sure of the best opens that the rule needs, and says
 * how many are unsure. Opens of low confidence alone make it warm, whatever the rule.
 */
export function toSignalValues(
  rule: SignalRule,
  { reasons, device, confidences, needed }: Trigger,
): Pick<RaisedSignal, 'level' | 'confidence' | 'reasons' | 'device'> {
  const sorted = [...confidences].sort((a, b) => RANKS[b] - RANKS[a]);
  const unsure = confidences.filter((confidence) => confidence === 'low').length;
  return {
    level: unsure === confidences.length ? 'warm' : RULE_LEVELS[rule],
    confidence: sorted[Math.min(needed, sorted.length) - 1] ?? 'low',
    reasons: unsure === 0 ? reasons : [...reasons, { code: 'unsure', opens: unsure }],
    device: device === 'unknown' ? null : device,
  };
}

const RANKS: Readonly<Record<Confidence, number>> = { certain: 2, probable: 1, low: 0 };
