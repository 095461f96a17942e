import type { Generated } from 'kysely';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { TimestampDefaulted, TimestampOrNull } from './column-types.ts';

// What open screens are told (live/). Written by app_private.append_live and app_private.watch_live alone.

export interface LivePositionsTable {
  organization_id: OrganizationId;
  last_id: number;
  complete_from: Generated<number>;
  watched_until: TimestampDefaulted;
}

export interface LiveEventsTable {
  organization_id: OrganizationId;
  id: number;
  user_id: MemberId;
  kind: 'open' | 'signal';
  subject: string;
  subject_at: TimestampOrNull;
  at: TimestampDefaulted;
}
