import { NativeSelect, Switch } from '@mantine/core';
import type { TrackingSettingsAnswer } from '../../../src/contract/tracking-settings.ts';
import { useWords } from '../../messages/use-words.ts';
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
  const words = useWords('settings');
  const isShorter = draft.retention_days < saved.retention_days;
  return (
    <>
      <Switch
        label={words('userTracking')}
        description={words('userTrackingMeans')}
        checked={draft.user_tracking_enabled}
        onChange={(event) => onChange({ user_tracking_enabled: event.currentTarget.checked })}
      />
      <Switch
        label={words('campaignTracking')}
        description={words('campaignTrackingMeans')}
        checked={draft.campaign_tracking_enabled}
        onChange={(event) => onChange({ campaign_tracking_enabled: event.currentTarget.checked })}
      />
      <Switch
        label={words('userDashboard')}
        description={words('userDashboardMeans')}
        checked={draft.show_user_dashboard}
        onChange={(event) => onChange({ show_user_dashboard: event.currentTarget.checked })}
      />
      <div>
        <NativeSelect
          className={styles.short}
          label={words('retention')}
          description={words('retentionMeans')}
          value={`${draft.retention_days}`}
          error={errors.retention_days}
          onChange={(event) => onChange({ retention_days: toRetention(event.currentTarget.value) })}
          data={RETENTION_DAYS.map((days) => ({
            value: `${days}`,
            label: words('retentionDays', { days: `${days}` }),
          }))}
        />
        {isShorter ? (
          <p className={styles.warning} role="status">
            {words('retentionShorter', { days: `${draft.retention_days}` })}
          </p>
        ) : null}
      </div>
      <Switch
        label={words('excludeBots')}
        description={words('excludeBotsMeans')}
        checked={draft.exclude_bots}
        onChange={(event) => onChange({ exclude_bots: event.currentTarget.checked })}
      />
      <aside className={styles.notice} aria-labelledby="privacy-notice">
        <h2 id="privacy-notice">{words('privacyNotice')}</h2>
        <p>{words('privacyWords')}</p>
      </aside>
    </>
  );
}

function toRetention(text: string): TrackingSettingsAnswer['retention_days'] {
  return RETENTION_DAYS.find((days) => `${days}` === text) ?? 90;
}
