import { useState } from 'react';
import type { Open } from '../../../src/contract/open-feed.ts';
import type { Signal } from '../../../src/contract/signal.ts';
import { toVerdictWords } from '../../messages/to-verdict-words.ts';
import { useWords } from '../../messages/use-words.ts';
import styles from './live-page.module.css';
import { toClockWords } from './to-clock-words.ts';
import type { FeedRow } from './to-feed-rows.ts';
import { toOpenWords } from './to-open-words.ts';
import { toSignalTitle, toSignalWords } from './to-signal-words.ts';

/** Newest first. What was refused is dimmed, not hidden: seeing the noise kept out is what builds trust. */
export function Feed({ rows, label }: { readonly rows: readonly FeedRow[]; readonly label: string }) {
  return (
    <ol className={styles.rows} aria-label={label}>
      {rows.map((row) => {
        if (row.kind === 'open') return <OpenRow key={row.open.id} open={row.open} />;
        if (row.kind === 'signal') return <SignalRow key={row.signal.id} signal={row.signal} />;
        return <MoreRow key={`more-${row.opens.at(-1)?.id}`} opens={row.opens} />;
      })}
    </ol>
  );
}

const SURE = { certain: 'certain', probable: 'probable' } as const;

function OpenRow({ open }: { readonly open: Open }) {
  const words = useWords('live');
  const reasons = useWords('reasons');
  const [isAsked, setAsked] = useState(false);
  const id = `why-${open.id}`;
  const name = open.campaignName ?? words('yourSignature');
  const sure = open.confidence === 'low' ? (open.counted ? 'guessCounted' : 'guess') : SURE[open.confidence];
  return (
    <li className={open.counted ? styles.row : `${styles.row} ${styles.refused}`}>
      <time className={styles.time} dateTime={open.at}>
        {toClockWords(open.at, true)}
      </time>
      <div>
        <span className={styles.subject} dir="auto">
          {name}
        </span>
        <span className={styles.words}>
          {' · '}
          {words(open.counted ? 'counted' : 'notCounted')} · {toOpenWords(open, words)}
        </span>
      </div>
      <button
        type="button"
        data-step
        className={styles.why}
        aria-label={words('whyOf', { title: name })}
        aria-expanded={isAsked}
        aria-controls={id}
        onClick={() => setAsked(!isAsked)}
      >
        {words('why')}
      </button>
      <p id={id} className={styles.reason} hidden={!isAsked}>
        {toVerdictWords(reasons, open.reason, open.explanation)} {words(sure)}
      </p>
    </li>
  );
}

function SignalRow({ signal }: { readonly signal: Signal }) {
  const words = useWords('live');
  return (
    <li className={styles.row}>
      <time className={styles.time} dateTime={signal.raisedAt}>
        {toClockWords(signal.raisedAt, true)}
      </time>
      <div>
        <span className={signal.level === 'hot' ? styles.hot : styles.subject}>
          {words('signal')} · <span dir="auto">{toSignalTitle(signal, words)}</span>
        </span>
        <span className={styles.words}>
          {' · '}
          {toSignalWords(signal, words)} · {signal.userName}
        </span>
      </div>
    </li>
  );
}

/** The rest of a flood: one line until somebody wants to see it. */
function MoreRow({ opens }: { readonly opens: readonly Open[] }) {
  const words = useWords('live');
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return opens.map((open) => <OpenRow key={open.id} open={open} />);
  const [first] = opens;
  return (
    <li className={styles.row}>
      <span className={styles.time}>{first ? toClockWords(first.at, true) : ''}</span>
      <button type="button" className={styles.more} onClick={() => setOpen(true)}>
        {words('more', { count: opens.length })}
      </button>
    </li>
  );
}
