import { Tooltip } from '@mantine/core';
import type { Daily } from '../../../src/contract/daily.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { ChartPanel, type ChartTable } from '../../ui/chart-panel.tsx';
import panel from '../../ui/panel.module.css';
import { toCountWords, toExactWords } from '../../ui/to-count-words.ts';
import styles from './daily-bars.module.css';
import { type ChartDay, type Span, toChartDays } from './to-chart-days.ts';

interface Props {
  /** Twice the span, so that each day has the one before it to be held against. */
  readonly daily: Daily | undefined;
  readonly span?: Span;
}

/** A bar each day, and the days before as a thin line behind. */
export function DailyBars({ daily, span = 7 }: Props) {
  const words = useWords('engagement');
  const days = daily ? toChartDays(daily.data, span) : null;
  return (
    <ChartPanel
      className={styles.section}
      title={words('dailyTitle', { days: `${span}` })}
      table={days && toTable(words, days, span)}
    >
      {days ? <Bars days={days} span={span} /> : null}
    </ChartPanel>
  );
}

function toTable(words: Words<'engagement'>, days: readonly ChartDay[], span: Span): ChartTable {
  const before = words(span === 7 ? 'columnWeekBefore' : 'columnBefore');
  return {
    caption: words('dailyCaption', { days: `${span}` }),
    head: [words('day'), words('columnOpens'), words('columnUnique'), before],
    rows: days.map((day) => [
      day.isToday ? words('soFar', { day: day.label }) : day.label,
      day.opens,
      day.unique,
      day.opensBefore,
    ]),
    fileName: `opens-${days.at(-1)?.date}.csv`,
  };
}

function Bars({ days, span }: { readonly days: readonly ChartDay[]; readonly span: Span }) {
  const words = useWords('engagement');
  const highest = Math.max(1, ...days.flatMap((day) => [day.opens, day.opensBefore ?? 0]));
  const hasLine = days.every((day) => day.opensBefore !== null) && days.some((day) => (day.opensBefore ?? 0) > 0);
  return (
    <div className={`${styles.chart} ${span === 7 ? '' : styles.dense}`} aria-hidden="true">
      <div className={styles.plot}>
        {hasLine ? <DaysBefore days={days} highest={highest} /> : null}
        {days.map((day) => (
          <Tooltip
            key={day.date}
            label={toBarWords(words, day)}
            withArrow
            multiline
            maw={240}
            events={{ hover: true, focus: false, touch: true }}
          >
            <div className={styles.day}>
              <span className={styles.value}>{toCountWords(day.opens, 10_000)}</span>
              <span
                className={day.isToday ? styles.barRunning : styles.bar}
                style={{ height: `${(day.opens / highest) * 100}%` }}
              />
            </div>
          </Tooltip>
        ))}
      </div>
      <div className={styles.axis}>
        {days.map((day) => (
          <span key={day.date} className={day.isToday ? styles.today : undefined}>
            {span === 30 ? day.dayOfMonth : day.isToday ? words('todayLabel') : day.weekday}
          </span>
        ))}
      </div>
      <p className={`${panel.small} ${styles.legend}`}>
        <span className={styles.keyBar} /> {words('keyOpens')}
        <span className={styles.keyRunning} /> {words('keyToday')}
        {hasLine ? (
          <>
            <span className={styles.keyLine} /> {words(span === 7 ? 'keyWeekBefore' : 'keyMonthBefore')}
          </>
        ) : null}
      </p>
    </div>
  );
}

function DaysBefore({ days, highest }: { readonly days: readonly ChartDay[]; readonly highest: number }) {
  const points = days.map((day, index) => `${index * 100 + 50},${100 - ((day.opensBefore ?? 0) / highest) * 100}`);
  return (
    <svg
      className={styles.before}
      viewBox={`0 0 ${days.length * 100} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline className={styles.halo} points={points.join(' ')} vectorEffect="non-scaling-stroke" />
      <polyline className={styles.line} points={points.join(' ')} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function toBarWords(words: Words<'engagement'>, day: ChartDay): string {
  const label = day.isToday ? words('soFar', { day: day.label }) : day.label;
  const unique = day.unique === null ? [] : [words('dayUnique', { unique: toExactWords(day.unique) })];
  const before = day.opensBefore === null ? [] : [words('dayBefore', { opens: toExactWords(day.opensBefore) })];
  return [words('dayOpens', { day: label, opens: day.opens }), ...unique, ...before].join(', ');
}
