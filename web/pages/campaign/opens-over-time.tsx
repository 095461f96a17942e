import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import type { Daily } from '../../../src/contract/daily.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
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
  const words = useWords('campaign');
  const [isTable, setTable] = useState(false);
  const days = daily && statuses ? toChartDays(daily, statuses, words) : null;
  return (
    <section className={panel.panel} aria-labelledby="over-time" aria-busy={!days}>
      <header className={styles.head}>
        <h2 id="over-time" className={panel.heading}>
          {words('overTime')}
        </h2>
        <Button variant="subtle" size="compact-sm" onClick={() => setTable(!isTable)}>
          {words(isTable ? 'showBars' : 'showTable')}
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
  const words = useWords('campaign');
  const highest = Math.max(1, ...days.map(({ opens }) => opens));
  const changes = days.filter(({ change }) => change !== null);
  return (
    <div aria-hidden="true">
      <p className={panel.small}>{words('highest', { count: highest })}</p>
      <div className={styles.plot}>
        {days.map((day) => (
          <Tooltip
            key={day.date}
            label={toTip(day, words)}
            withArrow
            events={{ hover: true, focus: false, touch: true }}
          >
            <div className={day.change === null ? styles.day : styles.dayChanged}>
              <span className={styles.bar} style={{ height: `${(100 * day.opens) / highest}%` }} />
            </div>
          </Tooltip>
        ))}
      </div>
      <div className={styles.axis}>
        <span>{days[0]?.label}</span>
        <span>{words('today')}</span>
      </div>
      {changes.length > 0 ? (
        <p className={panel.small}>
          {words('marked', { changes: changes.map(({ label, change }) => `${label} ${change}`).join(', ') })}
        </p>
      ) : null}
    </div>
  );
}

function DayTable({ days, isShown }: { readonly days: readonly ChartDay[]; readonly isShown: boolean }) {
  const words = useWords('campaign');
  return (
    <div className={isShown ? styles.tableShown : styles.tableHidden}>
      <table className={table.table}>
        <caption className={styles.tableHidden}>{words('opensADay')}</caption>
        <thead>
          <tr>
            <th scope="col">{words('day')}</th>
            <th scope="col">{words('columnOpens')}</th>
            <th scope="col">{words('columnUnique')}</th>
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.date}>
              <th scope="row">
                {day.label}
                {day.change === null ? '' : `, ${day.change}`}
              </th>
              <td data-label={words('columnOpens')}>{day.opens}</td>
              <td data-label={words('columnUnique')}>{day.unique ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toTip({ label, opens, change }: ChartDay, words: Words<'campaign'>): string {
  return `${words('dayOpens', { day: label, opens })}${change === null ? '' : `, ${change}`}`;
}
