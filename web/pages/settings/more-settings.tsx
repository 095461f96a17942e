import { NativeSelect, Switch, TextInput } from '@mantine/core';
import type { TrackingSettingsAnswer } from '../../../src/contract/tracking-settings.ts';
import { useWords } from '../../messages/use-words.ts';
import { toTimeZones } from '../../ui/to-time-zones.ts';
import styles from './tracking-panel.module.css';

interface Props {
  readonly draft: TrackingSettingsAnswer;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (more: Partial<TrackingSettingsAnswer>) => void;
}

const MODES = [
  { value: 'signals', label: 'modeSignals', means: 'modeSignalsMeans' },
  { value: 'aggregate', label: 'modeAggregate', means: 'modeAggregateMeans' },
  { value: 'off', label: 'modeOff', means: 'modeOffMeans' },
] as const;

/** What the founding panel does not have. Closed at first: the defaults suit most. */
export function MoreSettings({ draft, errors, onChange }: Props) {
  const words = useWords('settings');
  const mode = MODES.find(({ value }) => value === draft.mode);
  return (
    <details className={styles.more}>
      <summary>{words('more')}</summary>
      <div className={styles.moreFields}>
        <NativeSelect
          label={words('timezone')}
          description={words('timezoneMeans')}
          value={draft.timezone}
          error={errors.timezone}
          onChange={(event) => onChange({ timezone: event.currentTarget.value })}
          data={toTimeZones(draft.timezone)}
        />
        <NativeSelect
          label={words('mode')}
          description={mode && words(mode.means)}
          value={draft.mode}
          error={errors.mode}
          onChange={(event) => onChange({ mode: event.currentTarget.value as TrackingSettingsAnswer['mode'] })}
          data={MODES.map(({ value, label }) => ({ value, label: words(label) }))}
        />
        <Switch
          label={words('ownOpens')}
          description={words('ownOpensMeans')}
          checked={draft.exclude_own_opens}
          onChange={(event) => onChange({ exclude_own_opens: event.currentTarget.checked })}
        />
        <Switch
          label={words('region')}
          description={words('regionMeans')}
          checked={draft.collect_region}
          onChange={(event) => onChange({ collect_region: event.currentTarget.checked })}
        />
        <TextInput
          className={styles.short}
          type="number"
          min={3}
          max={50}
          label={words('smallestGroup')}
          description={words('smallestGroupMeans')}
          value={draft.k_anonymity}
          error={errors.k_anonymity}
          onChange={(event) => onChange({ k_anonymity: Number(event.currentTarget.value) })}
        />
      </div>
    </details>
  );
}
