import type { ColumnType, Generated } from 'kysely';
import type {
  DeliveryEvent,
  DeliveryState,
  DestinationState,
  DestinationType,
  DisableReason,
} from '../domain/destination.ts';
import type { CampaignId, DeliveryId, DestinationId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { JsonDefaulted, Timestamp, TimestampDefaulted, TimestampOrNull } from './column-types.ts';

export interface DestinationsTable {
  id: Generated<DestinationId>;
  organization_id: OrganizationId;
  type: DestinationType;
  name: string;
  label: string;
  credentials_sealed: Buffer;
  events: Generated<readonly DeliveryEvent[]>;
  minimum_level: 'warm' | 'hot' | null;
  campaign_ids: readonly CampaignId[] | null;
  state: Generated<DestinationState>;
  disabled_reason: DisableReason | null;
  changed_at: TimestampDefaulted;
  created_at: TimestampDefaulted;
}

export interface DeliveryOutboxTable {
  id: Generated<number>;
  organization_id: OrganizationId;
  user_id: MemberId | null;
  campaign_id: CampaignId | null;
  type: DeliveryEvent | 'withdrawn';
  subject: string;
  level: 'warm' | 'hot' | null;
  is_held: Generated<boolean>;
  at: Timestamp;
  payload: JsonDefaulted<Readonly<Record<string, unknown>>>;
}

export interface DeliveriesTable {
  id: Generated<DeliveryId>;
  organization_id: OrganizationId;
  destination_id: DestinationId;
  user_id: MemberId | null;
  campaign_id: CampaignId | null;
  type: DeliveryEvent | 'test';
  subject: string;
  level: 'warm' | 'hot' | null;
  at: Timestamp;
  payload: ColumnType<Readonly<Record<string, unknown>>, object | string, object | string>;
  state: Generated<DeliveryState>;
  reason: string | null;
  tries: Generated<number>;
  next_try_at: Timestamp;
  leased_until: TimestampOrNull;
  finished_at: TimestampOrNull;
  created_at: TimestampDefaulted;
}

export interface DeliveryAttemptsTable {
  id: Generated<number>;
  organization_id: OrganizationId;
  delivery_id: DeliveryId;
  attempted_at: Timestamp;
  duration_ms: number;
  outcome: 'delivered' | 'retry' | 'give_up';
  status: number | null;
  reason: string | null;
  answer: string;
}

export interface DestinationLanesTable {
  destination_id: DestinationId;
  organization_id: OrganizationId;
  ready_at: TimestampDefaulted;
  tokens: Generated<number>;
  tokens_at: TimestampDefaulted;
  served_at: TimestampDefaulted;
  first_failure_at: TimestampOrNull;
  last_success_at: TimestampOrNull;
}

export interface DestinationMemoriesTable {
  destination_id: DestinationId;
  organization_id: OrganizationId;
  campaign_id: CampaignId;
  deal: string;
  memory: ColumnType<Readonly<Record<string, unknown>>, object | string, object | string>;
  updated_at: TimestampDefaulted;
}

export interface DestinationBudgetsTable {
  destination_id: DestinationId;
  organization_id: OrganizationId;
  name: string;
  tokens_left: number;
  renewed_at: Timestamp;
}
