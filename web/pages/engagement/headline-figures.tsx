import type { ReactNode } from 'react';
import type { Comparison, MyStats } from '../../../src/contract/my-stats.ts';
import { region } from '../../messages/locale.ts';
import { useWords } from '../../messages/use-words.ts';
import { Caveat } from '../../ui/caveat.tsx';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toAverageWords, toCountWords, toExactWords } from '../../ui/to-count-words.ts';
import styles from './headline-figures.module.css';
import { type Period, toPeriodKeys } from './period.ts';
import { toComparisonWords } from './to-comparison-words.ts';
import { toHourWords } from './to-hour-words.ts';

interface Props {
  readonly stats: MyStats | undefined;
  readonly period: Period;
}

/** An hour of the week with fewer opens than this on average had under four in eight weeks. */
const RELIABLE_OPENS_MIN = 0.5;

export function HeadlineFigures({ stats, period }: Props) {
  const words = useWords('engagement');
  const figures = stats?.[period];
  const comparison = stats?.comparisons[period] ?? null;
  const keys = toPeriodKeys(period);
  return (
    <section className={styles.figures} aria-label={words(keys.figures)} aria-busy={!stats}>
      <Figure
        label={words('opens', { count: figures?.opens ?? 0 })}
        name={words(keys.opens)}
        count={figures?.opens}
        line={stats && <OpensLine comparison={comparison} period={period} timezone={stats.timezone} />}
      />
      <Figure
        label={
          <Caveat caveat={words(figures?.unique === null ? 'noUnique' : 'uniqueCaveat')}>{words('unique')}</Caveat>
        }
        name={words(keys.unique)}
        count={figures?.unique}
        line={stats && <UniqueLine comparison={comparison} period={period} timezone={stats.timezone} />}
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
            <strong className={styles.count} title={count === null ? undefined : toExactWords(count)}>
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

interface LineProps {
  readonly comparison: Comparison | null;
  readonly period: Period;
  readonly timezone: string;
}

function toTimeWords(instant: string, timeZone: string, more: Intl.DateTimeFormatOptions = {}): string {
  const time = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit', timeZone, ...more });
  return time.format(new Date(instant));
}

function OpensLine({ comparison, period, timezone }: LineProps) {
  const words = useWords('engagement');
  if (!comparison) return words('monthPastRetention');
  return (
    <Caveat caveat={words('cutCaveat', { until: toTimeWords(comparison.until, timezone, { weekday: 'short' }) })}>
      {toComparisonWords(words, {
        current: comparison.current.opens,
        previous: comparison.previous.opens,
        trend: comparison.opens,
        by: words(toPeriodKeys(period).by),
        until: toTimeWords(comparison.until, timezone),
      })}
    </Caveat>
  );
}

function UniqueLine({ comparison, period, timezone }: LineProps) {
  const words = useWords('engagement');
  if (!comparison) return words('nothingToCompare');
  const { current, previous, unique } = comparison;
  if (current.unique === null || previous.unique === null || unique === null) return words('notCounted');
  return toComparisonWords(words, {
    current: current.unique,
    previous: previous.unique,
    trend: unique,
    by: words(toPeriodKeys(period).by),
    until: toTimeWords(comparison.until, timezone),
  });
}

function PeakHour({ stats }: { readonly stats: MyStats | undefined }) {
  const words = useWords('engagement');
  if (!stats)
    return (
      <div className={styles.figure}>
        <p className={styles.peak}>
          <Placeholder width={200} height={20} />
        </p>
        <p className={styles.line}>
          <Placeholder width={160} height={16} />
        </p>
      </div>
    );
  const best = stats.peakHours[0];
  const average = toAverageWords(best?.avgOpens ?? 0);
  const isReliable = best !== undefined && best.avgOpens >= RELIABLE_OPENS_MIN;
  return (
    <div className={styles.figure}>
      <p className={styles.peak}>{best ? words('peak', { hour: toHourWords(words, best) }) : words('peakUnknown')}</p>
      <p className={styles.line}>
        {best ? words(isReliable ? 'peakAverage' : 'peakFew', { average }) : words('peakLater')}
      </p>
    </div>
  );
}
