import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Hours } from '../../../src/contract/hours.ts';
import type { PeakHour } from '../../../src/contract/my-stats.ts';
import { api } from '../../api.ts';
import { region } from '../../messages/locale.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { ChartPanel, type ChartTable } from '../../ui/chart-panel.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import styles from './heat-map.module.css';
import { toClock, toHourWords } from './to-hour-words.ts';

const REFRESH_MS = 60_000;
/** From one open on the lightest is seen; the busiest hour has the darkest. */
const SHADES = 5;
const MARKED_HOURS = [0, 6, 12, 18];

type Cell = Pick<PeakHour, 'day' | 'hour'> & { readonly opens: number };

/** In which hours of the week mail is read: when to send, and when to call. */
export function HeatMap({ best }: { readonly best: PeakHour | undefined }) {
  const words = useWords('engagement');
  const hours = useQuery({ queryKey: ['hours'], queryFn: api.hours, refetchInterval: REFRESH_MS });
  if (hours.error && !hours.data)
    return <LoadError what={words('yourHours')} error={hours.error} onRetry={() => hours.refetch()} />;
  return (
    <ChartPanel
      className={styles.section}
      title={words('hoursTitle')}
      table={hours.data ? toTable(words, hours.data) : null}
    >
      {hours.data ? <Cells data={hours.data.data} best={best} /> : null}
    </ChartPanel>
  );
}

function toTable(words: Words<'engagement'>, hours: Hours): ChartTable {
  const { data, timezone, to: lastDay } = hours;
  return {
    caption: words('hoursCaption', { from: hours.from, to: lastDay, zone: timezone }),
    head: [words('hour'), ...data.map((_, index) => toWeekday(index, 'short'))],
    rows: Array.from({ length: 24 }, (_, hour) => [toClock(hour), ...data.map(({ opens }) => opens[hour] ?? 0)]),
    fileName: `hours-${lastDay}.csv`,
  };
}

function Cells({ data, best }: { readonly data: Hours['data']; readonly best: PeakHour | undefined }) {
  const words = useWords('engagement');
  const [pointed, setPointed] = useState<Cell | null>(null);
  const most = Math.max(...data.flatMap(({ opens }) => opens));
  if (most === 0) return <p className={panel.quiet}>{words('hoursNone')}</p>;
  return (
    <div className={styles.map} aria-hidden="true" onPointerLeave={() => setPointed(null)}>
      {data.map(({ day, opens }, index) => (
        <div key={day} className={styles.row}>
          <span className={styles.day}>{toWeekday(index, 'short')}</span>
          {opens.map((count, hour) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is the hour of the day.
              key={hour}
              className={styles.cell}
              data-shade={count === 0 ? 0 : Math.ceil((count / most) * SHADES)}
              onPointerEnter={() => setPointed({ day, hour, opens: count })}
            />
          ))}
        </div>
      ))}
      <div className={styles.row}>
        <span />
        {MARKED_HOURS.map((hour) => (
          <span key={hour} className={styles.hour} style={{ gridColumn: `${hour + 2} / span 6` }}>
            {toClock(hour)}
          </span>
        ))}
      </div>
      <Legend />
      <p className={`${panel.small} ${styles.said}`}>{toLine(words, pointed, best)}</p>
    </div>
  );
}

function Legend() {
  const words = useWords('engagement');
  return (
    <p className={`${panel.small} ${styles.legend}`}>
      {words('hoursFew')}
      {Array.from({ length: SHADES + 1 }, (_, shade) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is the shade.
        <span key={shade} className={styles.cell} data-shade={shade} />
      ))}
      {words('hoursMany')}
    </p>
  );
}

function toLine(words: Words<'engagement'>, pointed: Cell | null, best: PeakHour | undefined): string {
  if (pointed) return words('hoursCell', { hour: toHourWords(words, pointed), opens: pointed.opens });
  return best ? words('hoursBest', { hour: toHourWords(words, best) }) : '';
}

/** 0 is Monday. The first of January 2024 was one. */
function toWeekday(index: number, weekday: 'short' | 'long'): string {
  return new Intl.DateTimeFormat(region, { weekday, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1 + index)));
}
