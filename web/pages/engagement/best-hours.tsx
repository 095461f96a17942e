import type { PeakHour } from '../../../src/contract/my-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toAverageWords } from '../../ui/to-count-words.ts';
import styles from './best-hours.module.css';
import { toHourWords } from './to-hour-words.ts';

/** The three hours of the week in which mail is opened most. */
export function BestHours({ peakHours }: { readonly peakHours: readonly PeakHour[] | undefined }) {
  const words = useWords('engagement');
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="hours-title" aria-busy={!peakHours}>
      <h2 id="hours-title" className={panel.heading}>
        {words('bestHours')}
      </h2>
      {peakHours === undefined ? <Placeholder width="100%" height={104} /> : <Hours peakHours={peakHours} />}
    </section>
  );
}

function Hours({ peakHours }: { readonly peakHours: readonly PeakHour[] }) {
  const words = useWords('engagement');
  const best = peakHours[0]?.avgOpens ?? 0;
  if (best === 0) return <p className={panel.quiet}>{words('hoursNone')}</p>;
  return (
    <ol className={styles.hours}>
      {peakHours.map((peak) => (
        <li key={`${peak.day} ${peak.hour}`}>
          <span>{toHourWords(words, peak)}</span>
          <span className={panel.quiet}>{words('onAverage', { average: toAverageWords(peak.avgOpens) })}</span>
          <span className={styles.track} aria-hidden="true">
            <span style={{ width: `${(peak.avgOpens / best) * 100}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}
