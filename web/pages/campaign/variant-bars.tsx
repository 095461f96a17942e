import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { toCountWords } from '../../ui/to-count-words.ts';
import styles from './campaign-figures.module.css';
import { toComparisonWords } from './to-comparison-words.ts';

/** Subject lines side by side: the interval in which the true share lies, and the mark that a draw would reach. */
export function VariantBars({ stats }: { readonly stats: CampaignStats }) {
  const words = useWords('campaign');
  return (
    <section className={panel.panel} aria-labelledby="variants-title">
      <h2 id="variants-title" className={panel.heading}>
        {words('compared')}
      </h2>
      <p>{toComparisonWords(stats, words)}</p>
      <ul className={styles.variants}>
        {stats.variants.map((variant) => (
          <li key={variant.label}>
            <span className={styles.label}>{variant.label}</span>
            <strong>
              {toCountWords(variant.opens)} {words('opensUnit', { count: variant.opens })}
              {variant.unique === null ? '' : `, ${toCountWords(variant.unique)} ${words('unique')}`}
            </strong>
            <Interval interval={variant.interval} expected={variant.expectedShare} />
          </li>
        ))}
      </ul>
      <p className={panel.small}>{words('intervalNote')}</p>
    </section>
  );
}

interface IntervalProps {
  readonly interval: readonly number[] | null;
  readonly expected: number | null;
}

function Interval({ interval, expected }: IntervalProps) {
  const [low, high] = interval ?? [];
  return (
    <span className={styles.track} aria-hidden="true">
      {low === undefined || high === undefined ? null : (
        <span className={styles.interval} style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
      )}
      {expected === null ? null : <span className={styles.expected} style={{ left: `${expected * 100}%` }} />}
    </span>
  );
}
