import { useState } from 'react';
import type { Signal } from '../../../src/contract/signal.ts';
import { toCallNow } from '../../live/to-heat.ts';
import { useWords } from '../../messages/use-words.ts';
import { SaveCsv } from '../../ui/save-csv.tsx';
import styles from './earlier.module.css';
import { toClockWords } from './to-clock-words.ts';
import { toSignalTitle, toSignalWords } from './to-signal-words.ts';

interface Props {
  readonly signals: readonly Signal[];
  readonly now: number;
  readonly onWhy: (signal: Signal) => void;
}

const OUTCOME_WORDS = { reached: 'reached', no_answer: 'noAnswer', noise: 'noise' } as const;

/** Signals that faded or that somebody dealt with, folded away; and all there are as a file. */
export function Earlier({ signals, now, onWhy }: Props) {
  const words = useWords('live');
  if (signals.length === 0) return null;
  return (
    <>
      <Past signals={signals} now={now} onWhy={onWhy} />
      <SaveCsv href="/api/signals/export.csv">{words('saveCsv')}</SaveCsv>
    </>
  );
}

function Past({ signals, now, onWhy }: Props) {
  const words = useWords('live');
  const [isOpen, setOpen] = useState(false);
  const standing = new Set(toCallNow(signals, now).flatMap(({ signal, also }) => [signal, ...also]));
  const past = signals.filter((signal) => !standing.has(signal));
  if (past.length === 0) return null;
  return (
    <details className={styles.earlier} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words('showEarlier')}</summary>
      <ol className={styles.rows}>
        {past.map((signal) => (
          <li key={signal.id} className={styles.row}>
            <span className={styles.time}>{toClockWords(signal.raisedAt)}</span>
            <span>
              <strong dir="auto">{toSignalTitle(signal, words)}</strong> · {toSignalWords(signal, words)}
            </span>
            <span className={styles.time}>
              {signal.outcome
                ? words(OUTCOME_WORDS[signal.outcome])
                : words('fadedAt', { time: toClockWords(signal.fadesAt) })}
            </span>
            <button
              type="button"
              className={styles.why}
              onClick={() => onWhy(signal)}
              aria-label={words('whyOf', { title: signal.title })}
            >
              {words('why')}
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
