/** An organization's `tracking_settings` (product.md section 6). Snake case, since it is the stored and founding shape. */
export interface TrackingSettings {
  readonly user_tracking_enabled: boolean;
  readonly campaign_tracking_enabled: boolean;
  readonly retention_days: RetentionDays;
  readonly show_user_dashboard: boolean;
  readonly exclude_bots: boolean;
  readonly mode: TrackingMode;
  readonly exclude_own_opens: boolean;
  readonly collect_region: boolean;
  readonly k_anonymity: number;
  /** IANA name, such as "Europe/Berlin". */
  readonly timezone: string;
}

export const TRACKING_MODES = ['signals', 'aggregate', 'off'] as const;
export type TrackingMode = (typeof TRACKING_MODES)[number];

export const RETENTION_DAYS = [30, 60, 90, 180, 365] as const;
export type RetentionDays = (typeof RETENTION_DAYS)[number];

export const K_ANONYMITY_MIN = 3;
export const K_ANONYMITY_MAX = 50;

export const DEFAULT_TRACKING_SETTINGS: TrackingSettings = Object.freeze({
  user_tracking_enabled: true,
  campaign_tracking_enabled: true,
  retention_days: 90,
  show_user_dashboard: true,
  exclude_bots: true,
  mode: 'signals',
  exclude_own_opens: true,
  collect_region: false,
  k_anonymity: 5,
  timezone: 'UTC',
});

/** Fills what an older row lacks with the defaults; the row itself was validated when it was written. */
export function toTrackingSettings(stored: Partial<TrackingSettings> | null): TrackingSettings {
  return { ...DEFAULT_TRACKING_SETTINGS, ...stored };
}

/** What a member may say of their own tracking; null: as the organization. */
export type PersonalMode = Exclude<TrackingMode, 'signals'> | null;

/** The settings as they hold for one member, who may restrict the mode and never widen it. */
export function restrictSettings(settings: TrackingSettings, personalMode: PersonalMode): TrackingSettings {
  if (personalMode === null || TRACKING_MODES.indexOf(personalMode) <= TRACKING_MODES.indexOf(settings.mode))
    return settings;
  return { ...settings, mode: personalMode };
}
