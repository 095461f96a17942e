import { NativeSelect, Switch } from '@mantine/core';
import type { TrackingSettingsAnswer } from '../../../src/contract/tracking-settings.ts';
import styles from './tracking-panel.module.css';

interface Props {
  readonly draft: TrackingSettingsAnswer;
  readonly saved: TrackingSettingsAnswer;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (more: Partial<TrackingSettingsAnswer>) => void;
}

const RETENTION_DAYS: readonly TrackingSettingsAnswer['retention_days'][] = [30, 60, 90, 180, 365];

/** The panel of the founding documents; its words are fixed there. */
export function FoundingSettings({ draft, saved, errors, onChange }: Props) {
  const isShorter = draft.retention_days < saved.retention_days;
  return (
    <>
      <Switch
        label="Enable user engagement tracking"
        description="Show individual users their email open metrics"
        checked={draft.user_tracking_enabled}
        onChange={(event) => onChange({ user_tracking_enabled: event.currentTarget.checked })}
      />
      <Switch
        label="Enable campaign tracking"
        description="Track opens during signature campaigns"
        checked={draft.campaign_tracking_enabled}
        onChange={(event) => onChange({ campaign_tracking_enabled: event.currentTarget.checked })}
      />
      <Switch
        label="Show engagement dashboard to users"
        description="Let users see their own tracking data"
        checked={draft.show_user_dashboard}
        onChange={(event) => onChange({ show_user_dashboard: event.currentTarget.checked })}
      />
      <div>
        <NativeSelect
          className={styles.short}
          label="Data Retention"
          description="Automatically delete tracking data older than this"
          value={`${draft.retention_days}`}
          error={errors.retention_days}
          onChange={(event) => onChange({ retention_days: toRetention(event.currentTarget.value) })}
          data={RETENTION_DAYS.map((days) => ({ value: `${days}`, label: `${days} days` }))}
        />
        {isShorter ? (
          <p className={styles.warning} role="status">
            Once saved, opens older than {draft.retention_days} days are deleted for good. Daily totals stay.
          </p>
        ) : null}
      </div>
      <Switch
        label="Exclude bot/crawler traffic"
        description="Filter out automated requests from analytics"
        checked={draft.exclude_bots}
        onChange={(event) => onChange({ exclude_bots: event.currentTarget.checked })}
      />
      <aside className={styles.notice} aria-labelledby="privacy-notice">
        <h2 id="privacy-notice">Privacy Notice</h2>
        <p>
          Tracking uses 1x1 pixel images. Some email clients block images, so actual engagement may be higher.
          Recipients are not individually identified.
        </p>
      </aside>
    </>
  );
}

function toRetention(text: string): TrackingSettingsAnswer['retention_days'] {
  return RETENTION_DAYS.find((days) => `${days}` === text) ?? 90;
}
