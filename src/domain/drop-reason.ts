/**
 * Why a hit became no event. Stored as text with its count, so a reason is never renamed. `unknown_token` and
 * `unreadable` belong to no organization; `scanner` and `bot` are refused machines, apart because the quality page
 * shows them apart.
 */
export const DROP_REASONS = [
  'unknown_token',
  'unreadable',
  'tracking_off',
  'campaign_inactive',
  'scanner',
  'bot',
  'throttled_pixel',
  'throttled_client_ip',
  'throttled_plan',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];
