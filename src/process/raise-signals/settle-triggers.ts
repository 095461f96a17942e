import type { Trigger } from './seen-open.ts';

/** A signal as it is stored, told by its time within one rule and one pixel. */
export interface Standing {
  readonly raisedAt: number;
}

export interface Question<S extends Standing> {
  /** By time. */
  readonly triggers: readonly Trigger[];
  /** Those of the rule and the pixel that may be near. */
  readonly stored: readonly S[];
  /** The stretch of time that was weighed anew, both ends included. */
  readonly fromAt: number;
  readonly untilAt: number;
  readonly cooldownMs: number;
  /** True for a stored signal of that stretch of which not all is known any more: it stands. */
  isBeyondDoubt(signal: S): boolean;
}

export interface Settlement<S extends Standing> {
  readonly added: readonly Trigger[];
  /** Stored signals that turn out to be of another open, or say other numbers. */
  readonly moved: readonly { readonly signal: S; readonly trigger: Trigger }[];
  readonly withdrawn: readonly S[];
  /** Times of all that stand now. */
  readonly standsAt: readonly number[];
}

/**
 * What signals there are: the first trigger, then the first one a cooldown or more after it, and so on. Late hits and
 * withdrawn ones may change that for the past; then what is stored is moved or withdrawn to fit, so that the signals
 * that stand are the same whatever order the hits came in. Signals outside of the stretch stand as they are.
 */
export function settleTriggers<S extends Standing>(question: Question<S>): Settlement<S> {
  const { stored, fromAt, untilAt, cooldownMs } = question;
  const isFixed = (signal: S) =>
    signal.raisedAt < fromAt || signal.raisedAt > untilAt || question.isBeyondDoubt(signal);
  const fixed = stored.filter(isFixed).map(({ raisedAt }) => raisedAt);
  const accepted: Trigger[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const trigger of question.triggers) {
    if (trigger.at < fromAt || trigger.at > untilAt) continue;
    const isCooling = trigger.at < lastAt + cooldownMs;
    if (isCooling || fixed.some((at) => Math.abs(at - trigger.at) < cooldownMs)) continue;
    accepted.push(trigger);
    lastAt = trigger.at;
  }
  const { pairs, added, withdrawn } = pair(
    accepted,
    stored.filter((signal) => !isFixed(signal)),
    cooldownMs,
  );
  return { added, moved: pairs, withdrawn, standsAt: [...fixed, ...accepted.map(({ at }) => at)] };
}

/** A signal goes on as the one of its own open or, when that one is none any more, of the nearest within a cooldown. */
function pair<S extends Standing>(accepted: readonly Trigger[], stored: readonly S[], cooldownMs: number) {
  const open = new Set(accepted);
  const left = new Set(stored);
  const pairs: { signal: S; trigger: Trigger }[] = [];
  const take = (reachMs: number): void => {
    for (const trigger of accepted) {
      if (!open.has(trigger)) continue;
      const signal = [...left]
        .filter(({ raisedAt }) => Math.abs(raisedAt - trigger.at) <= reachMs)
        .sort((a, b) => Math.abs(a.raisedAt - trigger.at) - Math.abs(b.raisedAt - trigger.at))[0];
      if (signal === undefined) continue;
      pairs.push({ signal, trigger });
      open.delete(trigger);
      left.delete(signal);
    }
  };
  take(0);
  take(cooldownMs);
  return { pairs, added: [...open], withdrawn: [...left] };
}
