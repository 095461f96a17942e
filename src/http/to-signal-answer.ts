import type { Signal } from '../contract/signal.ts';
import { toReasonText, toSignalSentence } from '../domain/signal-reason.ts';
import type { SignalSeen } from '../signals/read-signals.ts';

/** A signal as the API, the stream and the digest tell it. */
export function toSignalAnswer({ memberId, memberName, reasons, raisedAt, fadesAt, ...signal }: SignalSeen): Signal {
  return {
    id: signal.id,
    rule: signal.rule,
    level: signal.level,
    confidence: signal.confidence,
    campaignId: signal.campaignId,
    userId: memberId,
    userName: memberName,
    title: signal.title,
    reasons: reasons.map(toReasonText),
    why: [...reasons],
    sentence: toSignalSentence(reasons),
    device: signal.device,
    raisedAt: raisedAt.toISOString(),
    fadesAt: fadesAt.toISOString(),
    moreOpens: signal.moreOpens,
    outcome: signal.outcome,
    silencedFor: signal.silencedFor,
  };
}
