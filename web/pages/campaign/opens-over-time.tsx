import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import type { Daily } from '../../../src/contract/daily.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import styles from './campaign-figures.module.css';
import { type ChartDay, toChartDays } from './to-chart-days.ts';

interface Props {
  readonly daily: Daily | undefined;
  readonly statuses: CampaignStats['statuses'] | undefined;
}

/** Opens a day, with the days on which the campaign began, paused or ended marked under the bars. */
export function OpensOverTime({ daily, statuses }: Props) {
  const [isTable, setTable] = useState(false);
  const days = daily && statuses ? toChartDays(daily, statuses) : null;
  return (
    <section className={panel.panel} aria-labelledby="over-time" aria-busy={!days}>
      <header className={styles.head}>
        <h2 id="over-time" className={panel.heading}>
          Opens, last 30 days
        </h2>
        <Button variant="subtle" size="compact-sm" onClick={() => setTable(!isTable)}>
          {isTable ? 'Show bars' : 'Show table'}
        </Button>
      </header>
      {days === null ? (
        <Placeholder width="100%" height={220} />
      ) : (
        <>
          {isTable ? null : <Bars days={days} />}
          <DayTable days={days} isShown={isTable} />
        </>
      )}
    </section>
  );
}

function Bars({ days }: { readonly days: readonly ChartDay[] }) {
  const highest = Math.max(1, ...days.map(({ opens }) => opens));
  const changes = days.filter(({ change }) => change !== null);
  return (
    <div aria-hidden="true">
      <p className={panel.small}>most on a day: {highest}</p>
      <div className={styles.plot}>
        {days.map((day) => (
          <Tooltip key={day.date} label={toWords(day)} withArrow events={{ hover: true, focus: false, touch: true }}>
            <div className={day.change === null ? styles.day : styles.dayChanged}>
              <span className={styles.bar} style={{ height: `${(100 * day.opens) / highest}%` }} />
            </div>
          </Tooltip>
        ))}
      </div>
      <div className={styles.axis}>
        <span>{days[0]?.label}</span>
        <span>today</span>
      </div>
      {changes.length > 0 ? (
        <p className={panel.small}>Marked: {changes.map(({ label, change }) => `${label} ${change}`).join(', ')}</p>
      ) : null}
    </div>
  );
}

function DayTable({ days, isShown }: { readonly days: readonly ChartDay[]; readonly isShown: boolean }) {
  return (
    <div className={isShown ? styles.tableShown : styles.tableHidden}>
      <table className={table.table}>
        <caption className={styles.tableHidden}>Opens a day</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Opens</th>
            <th scope="col">Unique</th>
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.date}>
              <th scope="row">
                {day.label}
                {day.change === null ? '' : `, ${day.change}`}
              </th>
              <td data-label="Opens">{day.opens}</td>
              <td data-label="Unique">{day.unique ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toWords({ label, opens, change }: ChartDay): string {
  return `${label}: ${opens} ${opens === 1 ? 'open' : 'opens'}${change === null ? '' : `, ${change}`}`;
}
