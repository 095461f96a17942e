import { useState } from 'react';
import type { Open } from '../../../src/contract/open-feed.ts';
import styles from './live-page.module.css';
import { toOpenWords } from './to-open-words.ts';

/** Newest first. What was refused is dimmed, not hidden: seeing the noise kept out is what builds trust. */
export function Feed({ opens }: { readonly opens: readonly Open[] }) {
  return (
    <ol className={styles.rows}>
      {opens.map((open) => (
        <Row key={open.id} open={open} />
      ))}
    </ol>
  );
}

function Row({ open }: { readonly open: Open }) {
  const [isAsked, setAsked] = useState(false);
  const id = `why-${open.id}`;
  return (
    <li className={open.counted ? styles.row : `${styles.row} ${styles.refused}`}>
      <time className={styles.time} dateTime={open.at}>
        {toTimeWords(open.at)}
      </time>
      <div>
        <span className={styles.subject}>{open.campaignName ?? 'Your signature'}</span>
        <span className={styles.words}>
          {' · '}
          {open.counted ? 'counted' : 'not counted'} · {toOpenWords(open)}
        </span>
      </div>
      <button
        type="button"
        className={styles.why}
        aria-expanded={isAsked}
        aria-controls={id}
        onClick={() => setAsked(!isAsked)}
      >
        why?
      </button>
      <p id={id} className={styles.reason} hidden={!isAsked}>
        {open.explanation} {toConfidenceWords(open)}
      </p>
    </li>
  );
}

function toConfidenceWords({ confidence, counted }: Open): string {
  if (confidence === 'certain') return 'Certain.';
  if (confidence === 'probable') return 'Probable.';
  return counted
    ? 'More a guess than a finding: it counts, and alone it raises no signal.'
    : 'More a guess than a finding.';
}

const today = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const earlier = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

function toTimeWords(instant: string): string {
  const at = new Date(instant);
  return (at.toDateString() === new Date().toDateString() ? today : earlier).format(at);
}
