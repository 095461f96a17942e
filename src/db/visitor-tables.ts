import type { OrganizationId } from '../domain/ids.ts';
import type { Day, Timestamp, TimestampDefaulted, TimestampOrNull } from './column-types.ts';

// What is known of readers, and of members' own devices, for 48 hours at most.

export interface VisitorKeysTable {
  /** UTC. */
  day: Day;
  key_sealed: Buffer;
  created_at: TimestampDefaulted;
}

export interface VisitorSeenTable {
  /** UTC day of the key the visitor was hashed under. */
  key_day: Day;
  organization_id: OrganizationId;
  kind: 'load' | 'burst';
  scope_id: string;
  window_at: Timestamp;
  visitor: Buffer;
  event_id: number | null;
  event_hit_at: TimestampOrNull;
}

export interface VisitorClaimsTable {
  /** UTC day of the key the visitor was hashed under. */
  key_day: Day;
  claim: Buffer;
  organization_id: OrganizationId;
  scope_id: string;
}

export interface OwnDevicesTable {
  /** UTC day of the key its hashes were made under. */
  key_day: Day;
  organization_id: OrganizationId;
  network: Buffer;
  device: Buffer;
}
