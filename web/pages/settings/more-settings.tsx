import { NativeSelect, Switch, TextInput } from '@mantine/core';
import type { TrackingSettingsAnswer } from '../../../src/contract/tracking-settings.ts';
import { toTimeZones } from '../../ui/to-time-zones.ts';
import styles from './tracking-panel.module.css';

interface Props {
  readonly draft: TrackingSettingsAnswer;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (more: Partial<TrackingSettingsAnswer>) => void;
}

const MODES: readonly { value: TrackingSettingsAnswer['mode']; label: string; means: string }[] = [
  {
    value: 'signals',
    label: 'Signals: opens, readers told apart for a day',
    means: 'Readers are told apart by a hash whose key is destroyed within two days.',
  },
  {
    value: 'aggregate',
    label: 'Aggregate: opens only',
    means: 'Readers are not told apart: no unique figures, no signals.',
  },
  { value: 'off', label: 'Off: nothing is recorded', means: 'Pixels still answer, so no mail shows a broken image.' },
];

/** What the founding panel does not have. Closed at first: the defaults suit most. */
export function MoreSettings({ draft, errors, onChange }: Props) {
  const mode = MODES.find(({ value }) => value === draft.mode);
  return (
    <details className={styles.more}>
      <summary>More</summary>
      <div className={styles.moreFields}>
        <NativeSelect
          label="Time zone"
          description="Whose days and hours the figures use; members may choose their own"
          value={draft.timezone}
          error={errors.timezone}
          onChange={(event) => onChange({ timezone: event.currentTarget.value })}
          data={toTimeZones(draft.timezone)}
        />
        <NativeSelect
          label="Tracking mode"
          description={mode?.means}
          value={draft.mode}
          error={errors.mode}
          onChange={(event) => onChange({ mode: event.currentTarget.value as TrackingSettingsAnswer['mode'] })}
          data={MODES.map(({ value, label }) => ({ value, label }))}
        />
        <Switch
          label="Leave out our own opens"
          description="Opens from devices signed in to MailTracker are shown and not counted"
          checked={draft.exclude_own_opens}
          onChange={(event) => onChange({ exclude_own_opens: event.currentTarget.checked })}
        />
        <Switch
          label="Keep the country of readers"
          description="The country only, of opens by people only; no address is ever kept"
          checked={draft.collect_region}
          onChange={(event) => onChange({ collect_region: event.currentTarget.checked })}
        />
        <TextInput
          className={styles.short}
          type="number"
          min={3}
          max={50}
          label="Smallest group shown"
          description="Breakdowns by what a reader uses name a group from this many readers on"
          value={draft.k_anonymity}
          error={errors.k_anonymity}
          onChange={(event) => onChange({ k_anonymity: Number(event.currentTarget.value) })}
        />
      </div>
    </details>
  );
}
