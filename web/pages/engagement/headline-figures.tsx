import type { ReactNode } from 'react';
import type { Comparison, MyStats } from '../../../src/contract/my-stats.ts';
import { Caveat } from '../../ui/caveat.tsx';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toAverageWords, toCountWords } from '../../ui/to-count-words.ts';
import styles from './headline-figures.module.css';
import { type Period, toBeforeWords, toPeriodWords } from './period.ts';
import { toComparisonWords } from './to-comparison-words.ts';
import { toHourWords } from './to-hour-words.ts';

interface Props {
  readonly stats: MyStats | undefined;
  readonly period: Period;
}

/** An hour of the week with fewer opens than this on average had under four in eight weeks. */
const RELIABLE_OPENS_MIN = 0.5;

const UNIQUE_CAVEAT =
  'Each reader counts once a day. Readers behind a mail service such as Gmail share its addresses, so this is about right, not exact.';
const NO_UNIQUE = 'Your organization counts opens only; readers are not told apart.';

export function HeadlineFigures({ stats, period }: Props) {
  const figures = stats?.[period];
  const comparison = stats?.comparisons[period];
  const words = toPeriodWords(period);
  return (
    <section className={styles.figures} aria-label={`Figures of ${words}`} aria-busy={!stats}>
      <Figure
        label={figures?.opens === 1 ? 'open' : 'opens'}
        name={`Opens ${words}`}
        count={figures?.opens}
        line={stats && <OpensLine comparison={comparison ?? null} period={period} timezone={stats.timezone} />}
      />
      <Figure
        label={<Caveat caveat={figures?.unique === null ? NO_UNIQUE : UNIQUE_CAVEAT}>unique</Caveat>}
        name={`Unique ${words}`}
        count={figures?.unique}
        line={stats && toUniqueWords(comparison ?? null, period)}
      />
      <PeakHour stats={stats} />
    </section>
  );
}

interface FigureProps {
  readonly label: ReactNode;
  readonly name: string;
  /** Undefined while loading, null where it is not counted. */
  readonly count: number | null | undefined;
  readonly line: ReactNode;
}

function Figure({ label, name, count, line }: FigureProps) {
  return (
    <article className={styles.figure} aria-label={name}>
      <p className={styles.headline}>
        {count === undefined ? (
          <Placeholder width={96} height={32} />
        ) : (
          <>
            <strong className={styles.count} title={count?.toLocaleString('en-US')}>
              {count === null ? '–' : toCountWords(count)}
            </strong>{' '}
            <span>{label}</span>
          </>
        )}
      </p>
      <p className={styles.line}>{line ?? <Placeholder width={180} height={16} />}</p>
    </article>
  );
}

function OpensLine({
  comparison,
  period,
  timezone,
}: {
  comparison: Comparison | null;
  period: Period;
  timezone: string;
}) {
  if (!comparison) return 'last month is past the retention: nothing to compare with';
  const cut = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timezone,
  });
  const caveat = `Both are counted up to the same point, now ${cut.format(new Date(comparison.until))}. Opens after it show in the figure above and not yet here.`;
  return (
    <Caveat caveat={caveat}>
      {toComparisonWords({
        current: comparison.current.opens,
        previous: comparison.previous.opens,
        trend: comparison.opens,
        before: toBeforeWords(period),
      })}
    </Caveat>
  );
}

function toUniqueWords(comparison: Comparison | null, period: Period): string {
  if (!comparison) return 'nothing to compare with';
  const { current, previous, unique } = comparison;
  if (current.unique === null || previous.unique === null || unique === null) return 'not counted';
  return toComparisonWords({
    current: current.unique,
    previous: previous.unique,
    trend: unique,
    before: toBeforeWords(period),
  });
}

function PeakHour({ stats }: { stats: MyStats | undefined }) {
  const best = stats?.peakHours[0];
  return (
    <div className={styles.figure}>
      <p className={styles.peak}>
        {stats ? (
          best ? (
            <>Peak engagement: {toHourWords(best)}</>
          ) : (
            'Peak engagement: not known yet'
          )
        ) : (
          <Placeholder width={200} height={20} />
        )}
      </p>
      <p className={styles.line}>{stats ? toPeakLine(best?.avgOpens) : <Placeholder width={160} height={16} />}</p>
    </div>
  );
}

function toPeakLine(avgOpens: number | undefined): string {
  if (avgOpens === undefined) return 'it shows after the first full day with opens';
  const words = `${toAverageWords(avgOpens)} opens in that hour on average`;
  return avgOpens < RELIABLE_OPENS_MIN ? `${words}: too few to rely on yet` : words;
}
