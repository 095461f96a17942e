import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import panel from '../../ui/panel.module.css';
import { toCountWords } from '../../ui/to-count-words.ts';
import styles from './campaign-figures.module.css';

interface Props {
  readonly variants: CampaignStats['variants'];
  /** What the figures allow to say, in words. */
  readonly sentence: string;
}

/** Subject lines side by side: the interval in which the true share lies, and the mark that a draw would reach. */
export function VariantBars({ variants, sentence }: Props) {
  return (
    <section className={panel.panel} aria-labelledby="variants-title">
      <h2 id="variants-title" className={panel.heading}>
        Subject lines compared
      </h2>
      <p>{sentence}</p>
      <ul className={styles.variants}>
        {variants.map((variant) => (
          <li key={variant.label}>
            <span className={styles.label}>{variant.label}</span>
            <strong>
              {toCountWords(variant.opens)} {variant.opens === 1 ? 'open' : 'opens'}
              {variant.unique === null ? '' : `, ${toCountWords(variant.unique)} unique`}
            </strong>
            <Interval interval={variant.interval} expected={variant.expectedShare} />
          </li>
        ))}
      </ul>
      <p className={panel.small}>
        The bar spans where a subject line's true share of the unique opens lies, 95 % sure; the mark is its share if
        none were better.
      </p>
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
