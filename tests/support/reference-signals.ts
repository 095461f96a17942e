import type { SignalRules } from '../../src/domain/signal-rules.ts';

// An independent reading of product.md section 9, as slow and plain as can be: it looks at every open there is, for
// every question anew. Written from the page and docs/signals.md, not from src/process/raise-signals.

/** An open as the reference sees it. */
export interface ReferenceOpen {
  readonly pixel: string;
  readonly kind: 'deal' | 'campaign' | 'user';
  readonly at: number;
  readonly verdict: string;
  readonly isLow: boolean;
  readonly isOnPhone: boolean;
  /** Who it was; a mail proxy's opens are nobody's. */
  readonly visitor: string;
}

export interface ReferenceSignal {
  readonly pixel: string;
  readonly rule: keyof SignalRules;
  readonly at: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The signals that these opens make, by time. `usual`: what the clock hour of an instant usually has. */
export function toReferenceSignals(
  opens: readonly ReferenceOpen[],
  rules: SignalRules,
  usual: number | null,
): readonly ReferenceSignal[] {
  const countable = opens.filter(({ verdict }) => verdict === 'human' || verdict === 'proxy_open');
  return [...new Set(countable.map(({ pixel }) => pixel))]
    .flatMap((pixel) =>
      signalsOf(
        countable.filter((open) => open.pixel === pixel),
        rules,
        usual,
      ),
    )
    .sort((a, b) => a.at - b.at || (a.rule < b.rule ? -1 : 1) || (a.pixel < b.pixel ? -1 : 1));
}

function signalsOf(opens: readonly ReferenceOpen[], rules: SignalRules, usual: number | null): ReferenceSignal[] {
  const times = [...new Set(opens.map(({ at }) => at))].sort((a, b) => a - b);
  const found: ReferenceSignal[] = [];
  for (const at of times) {
    const now = { at, opens: opens.filter((open) => open.at <= at), rules, usual };
    for (const rule of ['hot', 'back_on_mobile', 'revived', 'spreading', 'unusual'] as const) {
      if (!rules[rule].isOn || !QUESTIONS[rule](now)) continue;
      const last = (of: string) => Math.max(-Infinity, ...found.filter((one) => one.rule === of).map((one) => one.at));
      if (at < last(rule) + rules[rule].cooldownMinutes * MINUTE) continue;
      // A hot signal says "last on a phone" already.
      if (rule === 'back_on_mobile' && at < last('hot') + rules.hot.cooldownMinutes * MINUTE) continue;
      found.push({ pixel: opens[0]?.pixel ?? '', rule, at });
    }
  }
  return found;
}

interface Moment {
  readonly at: number;
  /** All so far. */
  readonly opens: readonly ReferenceOpen[];
  readonly rules: SignalRules;
  readonly usual: number | null;
}

/** Whether what has just been opened completes the rule. */
const QUESTIONS: Record<keyof SignalRules, (moment: Moment) => boolean> = {
  hot({ at, opens, rules: { hot } }) {
    const recent = opens.filter((open) => open.at >= at - hot.withinMinutes * MINUTE);
    const isEnough = (some: readonly ReferenceOpen[]) => some.length >= hot.opens && some.some(({ isLow }) => !isLow);
    if (opens[0]?.kind === 'deal') return isEnough(recent);
    if (opens[0]?.kind !== 'campaign') return false;
    return readersAt(at, opens).some((visitor) => isEnough(recent.filter((open) => isBy(open, visitor))));
  },
  back_on_mobile({ at, opens, rules: { back_on_mobile } }) {
    const onPhone = opens.filter((open) => open.at === at && open.isOnPhone);
    if (opens[0]?.kind === 'deal') return opens.length >= back_on_mobile.opens && onPhone.length > 0;
    if (opens[0]?.kind !== 'campaign') return false;
    const today = opens.filter((open) => Math.floor(open.at / DAY) === Math.floor(at / DAY));
    return onPhone
      .filter(({ verdict }) => verdict === 'human')
      .some(({ visitor }) => today.filter((open) => isBy(open, visitor)).length >= back_on_mobile.opens);
  },
  revived({ at, opens, rules: { revived } }) {
    const before = opens.filter((open) => open.at < at).map((open) => open.at);
    return opens[0]?.kind === 'deal' && before.length > 0 && at - Math.max(...before) >= revived.quietDays * DAY;
  },
  spreading({ at, opens, rules: { spreading } }) {
    if (opens[0]?.kind !== 'deal' || readersAt(at, opens).length === 0) return false;
    const recent = opens.filter((open) => open.at >= at - spreading.withinHours * HOUR && open.verdict === 'human');
    return new Set(recent.map(({ visitor }) => visitor)).size >= spreading.readers;
  },
  unusual({ at, opens, rules: { unusual }, usual }) {
    if (opens[0]?.kind !== 'user' || usual === null) return false;
    const inHour = opens.filter((open) => Math.floor(open.at / HOUR) === Math.floor(at / HOUR));
    return inHour.length >= unusual.opens && inHour.length >= unusual.times * usual;
  },
};

/** Readers of the opens of this instant. */
function readersAt(at: number, opens: readonly ReferenceOpen[]): readonly string[] {
  return opens.filter((open) => open.at === at && open.verdict === 'human').map(({ visitor }) => visitor);
}

function isBy({ verdict, visitor }: ReferenceOpen, whom: string): boolean {
  return verdict === 'human' && visitor === whom;
}
