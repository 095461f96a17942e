import { useQuery } from '@tanstack/react-query';
import type { Quality } from '../../../src/contract/quality.ts';
import { api } from '../../api.ts';
import { Caveat } from '../../ui/caveat.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './signal-quality.module.css';

const REFRESH_MS = 60_000;

/** In the order of the server's sentences: one for each share above zero. */
const SHARES = [
  { share: 'human', label: 'certain' },
  { share: 'proxied', label: 'through mail services' },
  { share: 'prefetch', label: 'hidden by Apple and others' },
  { share: 'scanner', label: 'security scanners' },
  { share: 'bot', label: 'bots' },
  { share: 'throttled', label: 'over a limit' },
] as const;

/** How far the opens can be trusted: who fetched the pixels, each share with its sentence. */
export function SignalQuality() {
  const quality = useQuery({ queryKey: ['quality'], queryFn: api.quality, refetchInterval: REFRESH_MS });
  // The figures above stand without it; a gap says less that is wrong than a second error.
  if (quality.error && !quality.data) return null;
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="quality-title" aria-busy={!quality.data}>
      <h2 id="quality-title" className={panel.heading}>
        Signal quality
      </h2>
      {quality.data ? <Meter quality={quality.data} /> : <Placeholder width="100%" height={44} />}
    </section>
  );
}

function Meter({ quality }: { readonly quality: Quality }) {
  const shares = SHARES.filter(({ share }) => quality[share] > 0);
  if (shares.length === 0)
    return <p className={panel.quiet}>Nothing fetched your pixels in the last {quality.days} days.</p>;
  return (
    <div className={styles.meter}>
      <div className={styles.track} aria-hidden="true">
        {shares.map(({ share }) => (
          <span key={share} className={styles[share]} style={{ flexGrow: quality[share] }} />
        ))}
      </div>
      <p className={styles.words}>
        {shares.map(({ share, label }, index) => (
          <span key={share}>
            <span className={`${styles.key} ${styles[share]}`} aria-hidden="true" />{' '}
            <Caveat caveat={quality.sentences[index] ?? ''}>
              {quality[share]} % {label}
            </Caveat>
          </span>
        ))}
      </p>
    </div>
  );
}
