import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { Device, Verdict } from '../domain/verdict.ts';
import type { Day, Timestamp } from './column-types.ts';

// The narrow rollups beneath the founding two, which triggers keep, that of readers, and who looks at them.

/** Counted opens of a member's user pixel in an hour of UTC, by its quarters. */
export interface TrackingRollupHoursTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  hour_at: Timestamp;
  opens_0: number;
  opens_1: number;
  opens_2: number;
  opens_3: number;
  uniques_0: number;
  uniques_1: number;
  uniques_2: number;
  uniques_3: number;
  desktop_0: number;
  desktop_1: number;
  desktop_2: number;
  desktop_3: number;
  mobile_0: number;
  mobile_1: number;
  mobile_2: number;
  mobile_3: number;
  tablet_0: number;
  tablet_1: number;
  tablet_2: number;
  tablet_3: number;
}

export interface TrackingRollupTotalsTable {
  organization_id: OrganizationId;
  /** The organization's local day. */
  day: Day;
  user_id: MemberId;
  opens: number;
  uniques: number;
  /** Recorded hits, of campaigns too, by verdict. */
  human: number;
  proxy_open: number;
  prefetch: number;
  scanner: number;
  bot: number;
  unknown: number;
  self: number;
  test: number;
}

export interface TrackingRollupCampaignsTable {
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  day: Day;
  verdict: Verdict;
  device: Device;
  events: number;
  opens: number;
  uniques: number;
}

export interface TrackingRollupCampaignMembersTable {
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  user_id: MemberId;
  events: number;
  opens: number;
}

/** Opens by readers' own software, of user pixels; the only one of these that process/ writes. */
export interface TrackingRollupReadersTable {
  organization_id: OrganizationId;
  /** UTC. */
  day: Day;
  client_family: string;
  country: string | null;
  opens: number;
  /** Different ones in the whole organization. */
  readers: number;
}

export interface MemberDashboardViewsTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  /** UTC. */
  viewed_on: Day;
}
