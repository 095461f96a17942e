import type { MyStats } from '../../../src/contract/my-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './devices.module.css';

const DEVICES = ['desktop', 'mobile', 'tablet'] as const;

type DeviceShares = Pick<MyStats, 'byDevice' | 'deviceKnownShare'>;

interface Props {
  readonly stats: DeviceShares | undefined;
  readonly heading?: string;
}

/** On what mail is opened, and of how many opens that is known at all. */
export function Devices({ stats, heading }: Props) {
  const words = useWords('engagement');
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="devices-title" aria-busy={!stats}>
      <h2 id="devices-title" className={panel.heading}>
        {heading ?? words('devices')}
      </h2>
      {stats ? <Shares stats={stats} /> : <Placeholder width="100%" height={88} />}
    </section>
  );
}

function Shares({ stats }: { readonly stats: DeviceShares }) {
  const words = useWords('engagement');
  const { byDevice, deviceKnownShare } = stats;
  const isKnown = DEVICES.some((device) => byDevice[device] > 0);
  if (!isKnown)
    return <p className={panel.quiet}>{words(deviceKnownShare === null ? 'deviceNone' : 'deviceHidden')}</p>;
  return (
    <>
      <div className={styles.track} aria-hidden="true">
        {DEVICES.map((device) => (
          <span
            key={device}
            className={styles[device]}
            style={{ flexGrow: byDevice[device] }}
            hidden={byDevice[device] === 0}
          />
        ))}
      </div>
      <p className={styles.words}>
        {DEVICES.map((device) => (
          <span key={device}>
            <span className={`${styles.key} ${styles[device]}`} aria-hidden="true" />{' '}
            {words('deviceShare', { device: words(device), share: `${byDevice[device]}` })}
          </span>
        ))}
      </p>
      <p className={panel.small}>{words('deviceKnown', { share: `${deviceKnownShare}` })}</p>
    </>
  );
}
