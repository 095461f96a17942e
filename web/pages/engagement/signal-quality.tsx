import { useQuery } from '@tanstack/react-query';
import type { Quality } from '../../../src/contract/quality.ts';
import { api } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { Caveat } from '../../ui/caveat.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './signal-quality.module.css';

const REFRESH_MS = 60_000;

const SHARES = [
  { share: 'human', label: 'shareHuman', caveat: 'caveatHuman' },
  { share: 'proxied', label: 'shareProxied', caveat: 'caveatProxied' },
  { share: 'prefetch', label: 'sharePrefetch', caveat: 'caveatPrefetch' },
  { share: 'scanner', label: 'shareScanner', caveat: 'caveatScanner' },
  { share: 'bot', label: 'shareBot', caveat: 'caveatBot' },
  { share: 'throttled', label: 'shareThrottled', caveat: 'caveatThrottled' },
] as const;

/** How far the opens can be trusted: who fetched the pixels, each share with its sentence. */
export function SignalQuality() {
  const words = useWords('engagement');
  const quality = useQuery({ queryKey: ['quality'], queryFn: api.quality, refetchInterval: REFRESH_MS });
  // The figures above stand without it; a gap says less that is wrong than a second error.
  if (quality.error && !quality.data) return null;
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="quality-title" aria-busy={!quality.data}>
      <h2 id="quality-title" className={panel.heading}>
        {words('quality')}
      </h2>
      {quality.data ? <Meter quality={quality.data} /> : <Placeholder width="100%" height={44} />}
    </section>
  );
}

function Meter({ quality }: { readonly quality: Quality }) {
  const words = useWords('engagement');
  const shares = SHARES.filter(({ share }) => quality[share] > 0);
  if (shares.length === 0) return <p className={panel.quiet}>{words('qualityNone', { days: quality.days })}</p>;
  return (
    <div className={styles.meter}>
      <div className={styles.track} aria-hidden="true">
        {shares.map(({ share }) => (
          <span key={share} className={styles[share]} style={{ flexGrow: quality[share] }} />
        ))}
      </div>
      <p className={styles.words}>
        {shares.map(({ share, label, caveat }) => (
          <span key={share}>
            <span className={`${styles.key} ${styles[share]}`} aria-hidden="true" />{' '}
            <Caveat caveat={words(caveat, { count: quality.counts[share] })}>
              {words(label, { share: `${quality[share]}` })}
            </Caveat>
          </span>
        ))}
      </p>
    </div>
  );
}
