import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { Daily } from '../../../src/contract/daily.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords } from '../../ui/to-count-words.ts';
import styles from './daily-bars.module.css';
import { toWeekDays, type WeekDay } from './to-week-days.ts';

/** Seven bars, the week before as a thin line, and the same as a table: on request for eyes, always for screen readers. */
export function DailyBars({ daily }: { readonly daily: Daily | undefined }) {
  const [isTable, setTable] = useState(false);
  const days = daily ? toWeekDays(daily.data) : null;
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="daily-title" aria-busy={!days}>
      <header className={styles.head}>
        <h2 id="daily-title" className={panel.heading}>
          Daily opens, last 7 days
        </h2>
        <Button variant="subtle" size="compact-sm" onClick={() => setTable(!isTable)}>
          {isTable ? 'Show bars' : 'Show table'}
        </Button>
      </header>
      {days ? (
        <>
          {isTable ? null : <Bars days={days} />}
          <Table days={days} isShown={isTable} />
        </>
      ) : (
        <div className={styles.waiting}>
          <Placeholder width="100%" height="100%" />
        </div>
      )}
    </section>
  );
}

function Bars({ days }: { readonly days: readonly WeekDay[] }) {
  const highest = Math.max(1, ...days.flatMap((day) => [day.opens, day.opensBefore ?? 0]));
  const hasLine = days.every((day) => day.opensBefore !== null) && days.some((day) => (day.opensBefore ?? 0) > 0);
  return (
    <div className={styles.chart} aria-hidden="true">
      <div className={styles.plot}>
        {hasLine ? <WeekBefore days={days} highest={highest} /> : null}
        {days.map((day) => (
          <Tooltip
            key={day.date}
            label={toDayWords(day)}
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
            {day.isToday ? 'Today' : day.weekday}
          </span>
        ))}
      </div>
      <p className={`${panel.small} ${styles.legend}`}>
        <span className={styles.keyBar} /> opens
        <span className={styles.keyRunning} /> today so far
        {hasLine ? (
          <>
            <span className={styles.keyLine} /> the week before
          </>
        ) : null}
      </p>
    </div>
  );
}

function WeekBefore({ days, highest }: { readonly days: readonly WeekDay[]; readonly highest: number }) {
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

function Table({ days, isShown }: { readonly days: readonly WeekDay[]; readonly isShown: boolean }) {
  return (
    <div className={isShown ? styles.tableShown : styles.tableHidden}>
      <table className={styles.table}>
        <caption className={styles.tableHidden}>
          Daily opens of the last 7 days, and of the same weekdays a week before
        </caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Opens</th>
            <th scope="col">Unique</th>
            <th scope="col">Week before</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.date}>
              <th scope="row">
                {day.label}
                {day.isToday ? ', so far' : ''}
              </th>
              <td>{day.opens.toLocaleString('en-US')}</td>
              <td>{day.unique?.toLocaleString('en-US') ?? '–'}</td>
              <td>{day.opensBefore?.toLocaleString('en-US') ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toDayWords(day: WeekDay): string {
  const opens = `${day.opens.toLocaleString('en-US')} ${day.opens === 1 ? 'open' : 'opens'}`;
  const unique = day.unique === null ? '' : `, ${day.unique.toLocaleString('en-US')} unique`;
  const before = day.opensBefore === null ? '' : `; the week before ${day.opensBefore.toLocaleString('en-US')}`;
  return `${day.label}${day.isToday ? ', so far' : ''}: ${opens}${unique}${before}`;
}
