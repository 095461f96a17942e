import type { Generated } from 'kysely';
import type { CampaignBanner } from '../domain/campaign-banner.ts';
import type { TrackingType } from '../domain/hit.ts';
import type {
  CampaignId,
  DepartmentId,
  InstallTestId,
  MemberId,
  OrganizationId,
  PixelId,
  TemplateId,
  VariantId,
} from '../domain/ids.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import type { Confidence, Device, Verdict } from '../domain/verdict.ts';
import type {
  MemberDashboardViewsTable,
  TrackingRollupCampaignMembersTable,
  TrackingRollupCampaignsTable,
  TrackingRollupHoursTable,
  TrackingRollupReadersTable,
  TrackingRollupTotalsTable,
} from './analytics-tables.ts';
import type { Day, JsonDefaulted, JsonOrNull, Timestamp, TimestampDefaulted, TimestampOrNull } from './column-types.ts';
import type {
  DeliveriesTable,
  DeliveryAttemptsTable,
  DeliveryOutboxTable,
  DestinationBudgetsTable,
  DestinationLanesTable,
  DestinationMemoriesTable,
  DestinationsTable,
} from './delivery-tables.ts';
import type { LiveEventsTable, LivePositionsTable } from './live-tables.ts';
import type {
  AccountsTable,
  ApiKeysTable,
  AuditLogTable,
  DepartmentsTable,
  MemberSharingHoursTable,
  OrganizationInvitationsTable,
  OrganizationSettingsTable,
  OrganizationsTable,
  OrganizationUsersTable,
  PasswordResetsTable,
  SessionsTable,
  SsoProvidersTable,
  UsersTable,
  UserTwoFactorsTable,
  VerificationsTable,
  WidgetOriginsTable,
} from './people-tables.ts';
import type {
  MemberAttentionTable,
  SignalDigestsTable,
  SignalMutesTable,
  SignalOutcomesTable,
  SignalRuleSettingsTable,
  SignalsTable,
} from './signal-tables.ts';
import type { OwnDevicesTable, VisitorClaimsTable, VisitorKeysTable, VisitorSeenTable } from './visitor-tables.ts';

/**
 * The tables as Kysely sees them. bigint arrives as a number (exact up to 2^53, which an EventId's decimal text also
 * keeps), date as "YYYY-MM-DD", timestamptz as Date, bytea as Buffer, jsonb parsed.
 */
export interface Schema {
  users: UsersTable;
  organizations: OrganizationsTable;
  departments: DepartmentsTable;
  sessions: SessionsTable;
  accounts: AccountsTable;
  verifications: VerificationsTable;
  user_two_factors: UserTwoFactorsTable;
  organization_users: OrganizationUsersTable;
  organization_invitations: OrganizationInvitationsTable;
  organization_settings: OrganizationSettingsTable;
  widget_origins: WidgetOriginsTable;
  signature_user_tracking: SignatureUserTrackingTable;
  signature_campaigns: SignatureCampaignsTable;
  signature_campaign_statuses: SignatureCampaignStatusesTable;
  signature_campaign_variants: SignatureCampaignVariantsTable;
  signature_tracking_pixels: SignatureTrackingPixelsTable;
  judgements: JudgementsTable;
  signature_tracking_events: SignatureTrackingEventsTable;
  tracking_rollup_slots: TrackingRollupSlotsTable;
  tracking_rollup_days: TrackingRollupDaysTable;
  tracking_rollup_hours: TrackingRollupHoursTable;
  tracking_rollup_totals: TrackingRollupTotalsTable;
  tracking_rollup_campaigns: TrackingRollupCampaignsTable;
  tracking_rollup_campaign_members: TrackingRollupCampaignMembersTable;
  tracking_rollup_readers: TrackingRollupReadersTable;
  member_dashboard_views: MemberDashboardViewsTable;
  tracking_drop_slots: TrackingDropSlotsTable;
  unattributed_drops: UnattributedDropsTable;
  processed_blocks: ProcessedBlocksTable;
  plan_windows: PlanWindowsTable;
  dead_letters: DeadLettersTable;
  visitor_keys: VisitorKeysTable;
  visitor_seen: VisitorSeenTable;
  visitor_claims: VisitorClaimsTable;
  api_keys: ApiKeysTable;
  member_sharing_hours: MemberSharingHoursTable;
  password_resets: PasswordResetsTable;
  sso_providers: SsoProvidersTable;
  audit_log: AuditLogTable;
  own_devices: OwnDevicesTable;
  reclassification_runs: ReclassificationRunsTable;
  reclassifications: ReclassificationsTable;
  reclassified_events: ReclassifiedEventsTable;
  signature_templates: SignatureTemplatesTable;
  signature_template_assignments: SignatureTemplateAssignmentsTable;
  signature_variant_picks: SignatureVariantPicksTable;
  signature_install_tests: SignatureInstallTestsTable;
  signature_install_test_hits: SignatureInstallTestHitsTable;
  signature_silent_warnings: SignatureSilentWarningsTable;
  destinations: DestinationsTable;
  delivery_outbox: DeliveryOutboxTable;
  deliveries: DeliveriesTable;
  delivery_attempts: DeliveryAttemptsTable;
  destination_lanes: DestinationLanesTable;
  destination_memories: DestinationMemoriesTable;
  destination_budgets: DestinationBudgetsTable;
  live_positions: LivePositionsTable;
  live_events: LiveEventsTable;
  signals: SignalsTable;
  signal_outcomes: SignalOutcomesTable;
  signal_rule_settings: SignalRuleSettingsTable;
  signal_mutes: SignalMutesTable;
  member_attention: MemberAttentionTable;
  signal_digests: SignalDigestsTable;
}

export type { InvitationStatus, MemberRole } from './people-tables.ts';
export type CampaignStatus = 'draft' | 'scheduled' | 'active' | 'paused' | 'completed' | 'cancelled';

interface SignatureUserTrackingTable {
  id: Generated<PixelId>;
  organization_id: OrganizationId;
  user_id: MemberId;
  pixel_token_hash: Buffer;
  pixel_token_sealed: Buffer;
  is_active: Generated<boolean>;
  retired_at: TimestampOrNull;
  created_at: TimestampDefaulted;
}

/** Whom a campaign's pixels are issued to. */
export type CampaignAudience = Readonly<Record<string, unknown>>;
export type CampaignDeal = Readonly<{
  hubspotDealId?: string;
  hubspotContactId?: string;
  pipedriveDealId?: string;
  pipedrivePersonId?: string;
}>;

interface SignatureCampaignsTable {
  id: Generated<CampaignId>;
  organization_id: OrganizationId;
  name: string;
  description: string | null;
  owner_id: MemberId;
  status: Generated<CampaignStatus>;
  audience: JsonDefaulted<CampaignAudience>;
  deal: JsonOrNull<CampaignDeal>;
  starts_at: TimestampOrNull;
  ends_at: TimestampOrNull;
  timezone: string | null;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
  banner: JsonOrNull<CampaignBanner>;
  template_id: TemplateId | null;
}

interface SignatureCampaignStatusesTable {
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  status: CampaignStatus;
  began_at: Timestamp;
  ended_at: TimestampOrNull;
}

interface SignatureCampaignVariantsTable {
  id: Generated<VariantId>;
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  label: string;
  position: number;
}

interface SignatureTrackingPixelsTable {
  id: Generated<PixelId>;
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  user_id: MemberId;
  variant_id: VariantId | null;
  pixel_token_hash: Buffer;
  pixel_token_sealed: Buffer;
  is_active: Generated<boolean>;
  retired_at: TimestampOrNull;
  delivered_at: TimestampOrNull;
  created_at: TimestampDefaulted;
}

interface JudgementsTable {
  id: Generated<number>;
  verdict: Verdict;
  confidence: Confidence;
  reason: string;
  rules_version: number;
  device: Device;
  client_family: string;
  network_class: NetworkClass;
  hints: string;
}

interface SignatureTrackingEventsTable {
  hit_at: Timestamp;
  /** bigint: outside of SQL an event's id is an EventId, so select `id::text` where it leaves the database folder's reader. */
  id: Generated<number>;
  organization_id: OrganizationId;
  user_id: MemberId;
  user_tracking_id: PixelId | null;
  pixel_id: PixelId | null;
  campaign_id: CampaignId | null;
  judgement_id: number;
  load_count: Generated<number>;
  is_counted: boolean;
  is_unique: boolean;
  is_bot: boolean;
  is_proxy: boolean;
  is_old_signature: Generated<boolean>;
  tracking_type: TrackingType;
  verdict: Verdict;
  country: string | null;
  /** Whether it is its reader's first of the day in the organization; null: not in tracking_rollup_readers. */
  is_new_reader: Generated<boolean | null>;
}

interface TrackingRollupSlotsTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  slot_at: Timestamp;
  verdict: Verdict;
  device: Device;
  events: number;
  opens: number;
  uniques: number;
}

interface TrackingRollupDaysTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  /** The organization's local day. */
  day: Day;
  verdict: Verdict;
  device: Device;
  events: number;
  opens: number;
  uniques: number;
}

interface TrackingDropSlotsTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  slot_at: Timestamp;
  reason: string;
  hits: number;
}

interface UnattributedDropsTable {
  /** UTC. */
  day: Day;
  reason: string;
  hits: number;
}

interface ProcessedBlocksTable {
  /** The 16 bytes whose hex is SpoolBlock.id. */
  block_id: Buffer;
  processed_at: TimestampDefaulted;
}

interface DeadLettersTable {
  id: Generated<number>;
  block_id: Buffer;
  record_index: number;
  tracking_type: TrackingType | null;
  token_hash: Buffer | null;
  hit_at: TimestampOrNull;
  error: string;
  created_at: TimestampDefaulted;
}

interface ReclassificationRunsTable {
  id: Generated<number>;
  rules_version: number;
  since: TimestampOrNull;
  started_at: TimestampDefaulted;
  finished_at: TimestampOrNull;
}

interface ReclassificationsTable {
  run_id: number;
  organization_id: OrganizationId;
  old_judgement_id: number;
  new_judgement_id: number;
  events: number;
}

interface ReclassifiedEventsTable {
  organization_id: OrganizationId;
  hit_at: Timestamp;
  event_id: number;
  run_id: number;
  old_judgement_id: number;
}

interface SignatureTemplatesTable {
  id: Generated<TemplateId>;
  organization_id: OrganizationId;
  name: string;
  html: string;
  own_fields: JsonDefaulted<Readonly<Record<string, string>>>;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
}

interface SignatureTemplateAssignmentsTable {
  organization_id: OrganizationId;
  template_id: TemplateId;
  department_id: DepartmentId | null;
  user_id: MemberId | null;
}

interface SignatureVariantPicksTable {
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  user_id: MemberId;
  variant_id: VariantId;
  picked_at: Timestamp;
}

interface SignatureInstallTestsTable {
  id: Generated<InstallTestId>;
  organization_id: OrganizationId;
  user_id: MemberId;
  token_hash: Buffer;
  created_at: Timestamp;
  expires_at: Timestamp;
}

interface SignatureSilentWarningsTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  warned_at: Timestamp;
}

interface SignatureInstallTestHitsTable {
  id: Generated<number>;
  organization_id: OrganizationId;
  test_id: InstallTestId;
  hit_at: Timestamp;
  judgement_id: number;
}

/** Opens by the second, as text since 1970; written by raw SQL in process/plan-window.ts. */
export interface PlanWindowsTable {
  organization_id: OrganizationId;
  seconds: JsonDefaulted<Record<string, number>>;
}
