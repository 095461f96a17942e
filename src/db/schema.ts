import type { ColumnType, Generated } from 'kysely';
import type { ApiScope } from '../domain/api-scope.ts';
import type { TrackingType } from '../domain/hit.ts';
import type {
  ApiKeyId,
  CampaignId,
  DepartmentId,
  MemberId,
  OrganizationId,
  PersonId,
  PixelId,
  SsoProviderId,
  VariantId,
} from '../domain/ids.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import type { Confidence, Device, Verdict } from '../domain/verdict.ts';

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
  signature_user_tracking: SignatureUserTrackingTable;
  signature_campaigns: SignatureCampaignsTable;
  signature_campaign_statuses: SignatureCampaignStatusesTable;
  signature_campaign_variants: SignatureCampaignVariantsTable;
  signature_tracking_pixels: SignatureTrackingPixelsTable;
  judgements: JudgementsTable;
  signature_tracking_events: SignatureTrackingEventsTable;
  tracking_rollup_slots: TrackingRollupSlotsTable;
  tracking_rollup_days: TrackingRollupDaysTable;
  tracking_drop_slots: TrackingDropSlotsTable;
  unattributed_drops: UnattributedDropsTable;
  processed_blocks: ProcessedBlocksTable;
  dead_letters: DeadLettersTable;
  visitor_keys: VisitorKeysTable;
  visitor_seen: VisitorSeenTable;
  api_keys: ApiKeysTable;
  member_sharing_hours: MemberSharingHoursTable;
  password_resets: PasswordResetsTable;
  sso_providers: SsoProvidersTable;
  audit_log: AuditLogTable;
}

/** Reads as Date; takes a Date or ISO text. */
export type Timestamp = ColumnType<Date, Date | string, Date | string>;
export type TimestampOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** A timestamptz with `default now()`. */
export type TimestampDefaulted = ColumnType<Date, Date | string | undefined, Date | string>;
/** A calendar day, "YYYY-MM-DD" both ways. */
export type Day = string;

export type MemberRole = 'owner' | 'admin' | 'member';
export type CampaignStatus = 'draft' | 'scheduled' | 'active' | 'paused' | 'completed' | 'cancelled';
export type InvitationStatus = 'pending' | 'accepted' | 'rejected' | 'canceled';

/** jsonb: an object is written as JSON by the driver; an array must be handed over as JSON text. */
type JsonDefaulted<T> = ColumnType<T, T | string | undefined, T | string>;
type JsonOrNull<T> = ColumnType<T | null, T | string | null | undefined, T | string | null>;

interface UsersTable {
  id: Generated<PersonId>;
  name: string;
  /** Lower case. */
  email: string;
  email_verified: Generated<boolean>;
  image: string | null;
  two_factor_enabled: Generated<boolean | null>;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
}

interface OrganizationsTable {
  id: Generated<OrganizationId>;
  name: string;
  slug: string;
  logo: string | null;
  metadata: string | null;
  plan: Generated<string>;
  /** Null: the server's plan holds; 0: unlimited. */
  seats: number | null;
  /** Null: the server's plan holds; 0: unlimited. */
  opens_per_minute: number | null;
  created_at: TimestampDefaulted;
}

interface DepartmentsTable {
  id: Generated<DepartmentId>;
  organization_id: OrganizationId;
  name: string;
}

interface SessionsTable {
  id: Generated<string>;
  user_id: PersonId;
  token: string;
  expires_at: Timestamp;
  /** Always null: a CHECK refuses anything else. */
  ip_address: string | null;
  user_agent: string | null;
  active_organization_id: OrganizationId | null;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
  last_seen_at: TimestampDefaulted;
  sso_organization_id: OrganizationId | null;
}

interface AccountsTable {
  id: Generated<string>;
  account_id: string;
  provider_id: string;
  user_id: PersonId;
  access_token: string | null;
  refresh_token: string | null;
  id_token: string | null;
  access_token_expires_at: TimestampOrNull;
  refresh_token_expires_at: TimestampOrNull;
  scope: string | null;
  password: string | null;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
}

interface VerificationsTable {
  id: Generated<string>;
  identifier: string;
  value: string;
  expires_at: Timestamp;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
}

interface UserTwoFactorsTable {
  id: Generated<string>;
  user_id: PersonId;
  secret: string;
  backup_codes: string;
  verified: Generated<boolean | null>;
  failed_verification_count: Generated<number | null>;
  locked_until: TimestampOrNull;
  last_step: number | null;
}

interface OrganizationUsersTable {
  id: Generated<MemberId>;
  organization_id: OrganizationId;
  /** The person; everywhere else `user_id` is the member. */
  user_id: PersonId;
  role: Generated<MemberRole>;
  name: string | null;
  department_id: DepartmentId | null;
  title: string | null;
  phone: string | null;
  timezone: string | null;
  deactivated_at: TimestampOrNull;
  created_at: TimestampDefaulted;
  /** What the member allows at most; null: as the organization. */
  tracking_mode: 'aggregate' | 'off' | null;
}

interface OrganizationInvitationsTable {
  id: Generated<string>;
  organization_id: OrganizationId;
  email: string;
  role: string | null;
  status: Generated<InvitationStatus>;
  inviter_id: PersonId;
  expires_at: Timestamp;
  created_at: TimestampDefaulted;
  name: string | null;
  department_id: DepartmentId | null;
  title: string | null;
  phone: string | null;
  /** SHA-256 of the link's token. */
  token_hash: Buffer | null;
  /** When it was last mailed. */
  sent_at: TimestampOrNull;
  /** Who they became. */
  member_id: MemberId | null;
}

interface OrganizationSettingsTable {
  organization_id: OrganizationId;
  /** May lack keys that are newer than the row: read it through toTrackingSettings. */
  tracking_settings: JsonDefaulted<Partial<TrackingSettings>>;
  updated_at: TimestampDefaulted;
}

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
export type CampaignDeal = Readonly<{ hubspotDealId?: string; pipedriveDealId?: string }>;

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

interface VisitorKeysTable {
  /** UTC. */
  day: Day;
  key_sealed: Buffer;
  created_at: TimestampDefaulted;
}

interface VisitorSeenTable {
  /** UTC day of the key the visitor was hashed under. */
  key_day: Day;
  organization_id: OrganizationId;
  kind: 'day' | 'hour' | 'load';
  scope_id: string;
  window_at: Timestamp;
  visitor: Buffer;
  event_id: number | null;
  event_hit_at: TimestampOrNull;
}

interface AuditLogTable {
  id: Generated<number>;
  organization_id: OrganizationId;
  at: TimestampDefaulted;
  /** The member who acted; null: by command line. */
  actor_id: MemberId | null;
  actor_name: string;
  action: string;
  subject_id: string | null;
  subject: string;
  before: JsonOrNull<object>;
  after: JsonOrNull<object>;
}

interface ApiKeysTable {
  id: Generated<ApiKeyId>;
  organization_id: OrganizationId;
  name: string;
  prefix: string;
  key_hash: Buffer;
  scopes: readonly ApiScope[];
  created_by: MemberId | null;
  created_at: TimestampDefaulted;
  expires_at: TimestampOrNull;
  last_used_at: TimestampOrNull;
  revoked_at: TimestampOrNull;
}

interface MemberSharingHoursTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  hour_at: Timestamp;
  networks: number;
}

interface PasswordResetsTable {
  user_id: PersonId;
  token_hash: Buffer;
  expires_at: Timestamp;
  created_at: TimestampDefaulted;
}

interface SsoProvidersTable {
  id: Generated<SsoProviderId>;
  organization_id: OrganizationId;
  issuer: string;
  client_id: string;
  client_secret_sealed: Buffer;
  email_domain: string;
  admits_new_members: Generated<boolean>;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
}
