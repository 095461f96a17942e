import { toVerdictWords } from '../../messages/to-verdict-words.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import styles from './install-test.module.css';
import type { TestResult } from './install-test.tsx';

const SHOWN_MAX = 5;
const NOW_MS = 1_500;
const MINUTE_MS = 60_000;

/** What loaded the image under test, newest first, each with what it would have been. */
export function TestHits({ hits, aheadMs }: { readonly hits: TestResult['hits']; readonly aheadMs: number }) {
  const words = useWords('signature');
  const reasons = useWords('reasons');
  const more = hits.length - SHOWN_MAX;
  // Counted from the oldest, which stays the first.
  const shown = hits.slice(0, SHOWN_MAX).map((hit, index) => ({ ...hit, place: hits.length - index }));
  return (
    <>
      <ul className={styles.hits} aria-label={words('testHits')}>
        {shown.map((hit) => (
          <li key={hit.place}>
            <p>
              {words('testSaw', {
                client: hit.client,
                ago: toAgoWords(Date.now() + aheadMs - Date.parse(hit.at), words),
              })}{' '}
              <strong className={hit.isCounted ? styles.counted : styles.uncounted}>
                {words(hit.isCounted ? 'counted' : 'notCounted')}
              </strong>
            </p>
            <p className={styles.quiet}>{toVerdictWords(reasons, hit.reason, hit.sentence)}</p>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className={styles.quiet}>{words('testTooMany', { count: `${more}` })}</p> : null}
    </>
  );
}

function toAgoWords(ms: number, words: Words<'signature'>): string {
  if (ms < NOW_MS) return words('agoNow');
  if (ms < MINUTE_MS) return words('agoSeconds', { seconds: `${Math.round(ms / 1000)}` });
  return words('agoMinutes', { minutes: `${Math.round(ms / MINUTE_MS)}` });
}
