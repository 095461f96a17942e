import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Signal } from '../../../src/contract/signal.ts';
import { ApiProblem, request } from '../../api.ts';
import type { SignalList } from '../../live/merge-live.ts';
import type { Outcome } from './signal-card.tsx';

/** What the person just said of the signals of one call. */
export interface Said {
  readonly signals: readonly Signal[];
  readonly outcome: Outcome;
  /** Null: it was saved, or will be. */
  readonly problem: string | null;
}

/** For so long it can be taken back; then it is saved. Leaving the page saves it at once. */
const UNDO_MS = 5_000;

export interface OutcomeTaps {
  readonly said: Said | null;
  /** The signals as the person sees them: dealt with from the first tap on. */
  readonly apply: (signals: readonly Signal[]) => readonly Signal[];
  readonly say: (signals: readonly Signal[], outcome: Outcome) => void;
  readonly undo: () => void;
}

/** One tap and the signal leaves the list. It comes back by undo, or when it could not be saved. */
export function useOutcome(): OutcomeTaps {
  const client = useQueryClient();
  const [said, setSaid] = useState<Said | null>(null);
  const waiting = useMemo(
    () =>
      createWaiting((saved) => {
        if (saved.problem === null) {
          client.setQueryData<SignalList>(['signals'], (list) => list && withOutcome(list, saved));
          setSaid((now) => (now?.signals === saved.signals ? null : now));
        } else setSaid(saved);
      }),
    [client],
  );
  useEffect(() => {
    window.addEventListener('pagehide', waiting.flush);
    return () => {
      window.removeEventListener('pagehide', waiting.flush);
      waiting.flush();
    };
  }, [waiting]);
  return {
    said,
    apply: (signals) => {
      if (said === null || said.problem !== null) return signals;
      return withOutcome({ data: signals, next: null }, said).data;
    },
    say: (signals, outcome) => {
      waiting.flush();
      const next = { signals, outcome, problem: null };
      setSaid(next);
      waiting.keep(next);
    },
    undo: () => {
      waiting.drop();
      setSaid(null);
    },
  };
}

function withOutcome(list: SignalList, { signals, outcome }: Said): SignalList {
  const ids = new Set(signals.map(({ id }) => id));
  return { ...list, data: list.data.map((one) => (ids.has(one.id) ? { ...one, outcome } : one)) };
}

/** At most one waits. */
function createWaiting(onSaved: (said: Said) => void) {
  let kept: Said | null = null;
  let timer: number | undefined;
  const flush = (): void => {
    window.clearTimeout(timer);
    const said = kept;
    kept = null;
    if (said === null) return;
    const { outcome } = said;
    Promise.all(said.signals.map(({ id }) => request('POST', `/api/signals/${id}/outcome`, { outcome }))).then(
      () => onSaved(said),
      (error: unknown) => onSaved({ ...said, problem: error instanceof ApiProblem ? error.message : '' }),
    );
  };
  return {
    flush,
    keep: (said: Said): void => {
      kept = said;
      timer = window.setTimeout(flush, UNDO_MS);
    },
    drop: (): void => {
      window.clearTimeout(timer);
      kept = null;
    },
  };
}
