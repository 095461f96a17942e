import type { Generated } from 'kysely';
import type { ApiScope } from '../domain/api-scope.ts';
import type { ApiKeyId, DepartmentId, MemberId, OrganizationId, PersonId, SsoProviderId } from '../domain/ids.ts';
import type { TrackingSettings } from '../domain/settings.ts';
import type { JsonDefaulted, JsonOrNull, Timestamp, TimestampDefaulted, TimestampOrNull } from './column-types.ts';

// The tables of people and organizations, of how they sign in, and of what they did; Schema names them all.

export type MemberRole = 'owner' | 'admin' | 'member';
export type InvitationStatus = 'pending' | 'accepted' | 'rejected' | 'canceled';

export interface UsersTable {
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

export interface OrganizationsTable {
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

export interface DepartmentsTable {
  id: Generated<DepartmentId>;
  organization_id: OrganizationId;
  name: string;
}

export interface SessionsTable {
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

export interface AccountsTable {
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

export interface VerificationsTable {
  id: Generated<string>;
  identifier: string;
  value: string;
  expires_at: Timestamp;
  created_at: TimestampDefaulted;
  updated_at: TimestampDefaulted;
}

export interface UserTwoFactorsTable {
  id: Generated<string>;
  user_id: PersonId;
  secret: string;
  backup_codes: string;
  verified: Generated<boolean | null>;
  failed_verification_count: Generated<number | null>;
  locked_until: TimestampOrNull;
  last_step: number | null;
}

export interface OrganizationUsersTable {
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

export interface OrganizationInvitationsTable {
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

export interface OrganizationSettingsTable {
  organization_id: OrganizationId;
  /** May lack keys that are newer than the row: read it through toTrackingSettings. */
  tracking_settings: JsonDefaulted<Partial<TrackingSettings>>;
  updated_at: TimestampDefaulted;
}

export interface AuditLogTable {
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

export interface ApiKeysTable {
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

export interface MemberSharingHoursTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  hour_at: Timestamp;
  networks: number;
}

export interface PasswordResetsTable {
  user_id: PersonId;
  token_hash: Buffer;
  expires_at: Timestamp;
  created_at: TimestampDefaulted;
}

export interface SsoProvidersTable {
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

export interface WidgetOriginsTable {
  organization_id: OrganizationId;
  origin: string;
}
