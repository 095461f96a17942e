import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords } from '../../ui/to-count-words.ts';
import styles from './campaign-figures.module.css';

/** In the order of how near to a reader each is. */
const VERDICTS = [
  'human',
  'proxy_open',
  'prefetch',
  'unknown',
  'scanner',
  'bot',
  'self',
  'test',
] as const satisfies readonly (keyof CampaignStats['byVerdict'])[];

/** What fetched the pixels, counted or not: the noise that was kept out of the figures. */
export function VerdictMix({ stats }: { readonly stats: CampaignStats | undefined }) {
  const words = useWords('campaign');
  const rows = VERDICTS.map((verdict) => ({ label: words(verdict), hits: stats?.byVerdict[verdict] ?? 0 }));
  const dropped = Object.values(stats?.dropped ?? {}).reduce((sum, hits) => sum + hits, 0);
  const shown = [...rows, { label: words('dropped'), hits: dropped }].filter(({ hits }) => hits > 0);
  return (
    <section className={panel.panel} aria-labelledby="verdict-mix" aria-busy={!stats}>
      <h2 id="verdict-mix" className={panel.heading}>
        {words('fetched')}
      </h2>
      {stats ? (
        <ul className={styles.members}>
          {shown.map(({ label, hits }) => (
            <li key={label}>
              <span>{label}</span>
              <strong>{toCountWords(hits)}</strong>
            </li>
          ))}
        </ul>
      ) : (
        <Placeholder width="100%" height={80} />
      )}
      {stats && shown.length === 0 ? <p className={panel.quiet}>{words('nothingYet')}</p> : null}
    </section>
  );
}
