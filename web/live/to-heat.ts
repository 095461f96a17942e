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

/** Still warm, nobody has said what became of it, and the member did not mute it. Hottest first. */
export function toCallNow(signals: readonly Signal[], now: number): readonly Signal[] {
  return signals
    .filter(({ outcome, silencedFor }) => outcome === null && silencedFor !== 'muted' && silencedFor !== 'faded')
    .filter((signal) => toHeat(signal, now) > 0)
    .sort((a, b) => toHeat(b, now) - toHeat(a, now) || Date.parse(b.raisedAt) - Date.parse(a.raisedAt));
}
