import type { Signal } from '../../src/contract/signal.ts';

type Warmth = Pick<Signal, 'level' | 'raisedAt' | 'fadesAt'>;

/** How much of its heat a signal still has, 0 to 1. A warm one begins below a hot one. */
export function toHeat({ level, raisedAt, fadesAt }: Warmth, now: number): number {
  const from = Date.parse(raisedAt);
  const to = Date.parse(fadesAt);
  const left = Math.min(1, Math.max(0, (to - now) / Math.max(1, to - from)));
  return left * (level === 'hot' ? 1 : WARM_HEAT);
}

const WARM_HEAT = 0.55;

/** What tells most about this moment leads. */
const RULE_ORDER: readonly Signal['rule'][] = ['hot', 'back_on_mobile', 'revived', 'unusual', 'spreading'];

/** One call to make: the signal of a deal that says most about now, and the others that say the same person should be called. */
export interface Call {
  readonly signal: Signal;
  readonly also: readonly Signal[];
}

/** Still warm, nobody has said what became of it, and the member did not mute it. Hottest first. */
export function toCallNow(signals: readonly Signal[], now: number): readonly Call[] {
  const calls = new Map<string, { signal: Signal; also: Signal[] }>();
  const standing = signals
    .filter(({ outcome, silencedFor }) => outcome === null && silencedFor !== 'muted' && silencedFor !== 'faded')
    .filter((signal) => toHeat(signal, now) > 0)
    .sort((a, b) => toHeat(b, now) - toHeat(a, now) || Date.parse(b.raisedAt) - Date.parse(a.raisedAt));
  for (const signal of standing) {
    const key = `${signal.userId} ${signal.campaignId}`;
    const call = calls.get(key);
    if (call) call.also.push(signal);
    else calls.set(key, { signal, also: [] });
  }
  return [...calls.values()].map(({ signal, also }) => {
    const [lead, ...rest] = [signal, ...also].sort(byUrgency);
    return { signal: lead ?? signal, also: rest };
  });
}

function byUrgency(a: Signal, b: Signal): number {
  if (a.level !== b.level) return a.level === 'hot' ? -1 : 1;
  return RULE_ORDER.indexOf(a.rule) - RULE_ORDER.indexOf(b.rule);
}
