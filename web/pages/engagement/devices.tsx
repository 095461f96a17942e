import type { MyStats } from '../../../src/contract/my-stats.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './devices.module.css';

const DEVICES = [
  { device: 'desktop', label: 'Desktop' },
  { device: 'mobile', label: 'Phone' },
  { device: 'tablet', label: 'Tablet' },
] as const;

type DeviceShares = Pick<MyStats, 'byDevice' | 'deviceKnownShare'>;

interface Props {
  readonly stats: DeviceShares | undefined;
  readonly heading?: string;
}

/** On what mail is opened, and of how many opens that is known at all. */
export function Devices({ stats, heading = 'Devices, last 30 days' }: Props) {
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="devices-title" aria-busy={!stats}>
      <h2 id="devices-title" className={panel.heading}>
        {heading}
      </h2>
      {stats ? <Shares stats={stats} /> : <Placeholder width="100%" height={88} />}
    </section>
  );
}

function Shares({ stats }: { readonly stats: DeviceShares }) {
  const { byDevice, deviceKnownShare } = stats;
  const isKnown = DEVICES.some(({ device }) => byDevice[device] > 0);
  if (!isKnown) return <p className={panel.quiet}>{toUnknownWords(deviceKnownShare)}</p>;
  return (
    <>
      <div className={styles.track} aria-hidden="true">
        {DEVICES.map(({ device }) => (
          <span
            key={device}
            className={styles[device]}
            style={{ flexGrow: byDevice[device] }}
            hidden={byDevice[device] === 0}
          />
        ))}
      </div>
      <p className={styles.words}>
        {DEVICES.map(({ device, label }) => (
          <span key={device}>
            <span className={`${styles.key} ${styles[device]}`} aria-hidden="true" /> {label} {byDevice[device]} %
          </span>
        ))}
      </p>
      <p className={panel.small}>of the opens whose device is known: {deviceKnownShare} %. Gmail and others hide it.</p>
    </>
  );
}

function toUnknownWords(deviceKnownShare: number | null): string {
  return deviceKnownShare === null ? 'No opens in these days.' : 'Known of none: their mail services hide it.';
}
