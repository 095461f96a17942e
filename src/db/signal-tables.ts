import type { Generated } from 'kysely';
import type { CampaignId, MemberId, OrganizationId, PixelId, SignalId, SignalMuteId } from '../domain/ids.ts';
import type { SignalLevel, SignalOutcome, SignalRule, SignalSilence } from '../domain/signal.ts';
import type { SignalReason } from '../domain/signal-reason.ts';
import type { PartialSignalRules } from '../domain/signal-rules.ts';
import type { Confidence, Device } from '../domain/verdict.ts';
import type { Day, Timestamp, TimestampDefaulted, TimestampOrNull } from './column-types.ts';

// Signals, what became of them, and what each member wants to hear; Schema names them all.

export interface SignalsTable {
  id: Generated<SignalId>;
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  pixel_id: PixelId;
  rule: SignalRule;
  level: SignalLevel;
  confidence: Confidence;
  title: string;
  reasons: readonly SignalReason[];
  device: Device | null;
  raised_at: Timestamp;
  fades_at: Timestamp;
  silenced_for: SignalSilence | null;
  created_at: Timestamp;
  withdrawn_at: TimestampOrNull;
}

export interface SignalOutcomesTable {
  organization_id: OrganizationId;
  signal_id: SignalId;
  user_id: MemberId;
  outcome: SignalOutcome;
  at: Timestamp;
}

export interface SignalRuleSettingsTable {
  organization_id: OrganizationId;
  /** May lack rules that are newer than the row: read it through toSignalRules. */
  rules: PartialSignalRules;
  updated_at: TimestampDefaulted;
}

export interface SignalMutesTable {
  id: Generated<SignalMuteId>;
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  rule: SignalRule | null;
  created_at: Timestamp;
}

export interface MemberAttentionTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  quiet_from: string | null;
  quiet_to: string | null;
  minimum_level: Generated<SignalLevel>;
  digest_at: string | null;
  updated_at: Timestamp;
}

export interface SignalDigestsTable {
  organization_id: OrganizationId;
  user_id: MemberId;
  day: Day;
  since_at: Timestamp;
  until_at: Timestamp;
  signals: number;
  mail: DigestMail;
}

export type DigestMail = 'none' | 'sending' | 'sent' | 'failed';
