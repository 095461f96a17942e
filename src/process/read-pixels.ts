import { type RawBuilder, sql, type Transaction } from 'kysely';
import { holdLocalDays } from '../db/lock-local-days.ts';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import type { TrackingType } from '../domain/hit.ts';
import type { CampaignId, MemberId, OrganizationId, PixelId } from '../domain/ids.ts';
import { type PersonalMode, restrictSettings, type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import {
  DEFAULT_SIGNAL_RULES,
  type PartialSignalRules,
  type SignalRules,
  toSignalRules,
} from '../domain/signal-rules.ts';
import type { JudgedBatch } from './judge-records.ts';

/** What a token stands for, with the settings of its organization and its member as they are now. */
export interface Pixel {
  readonly id: PixelId;
  readonly trackingType: TrackingType;
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly campaignId: CampaignId | null;
  /** Of a deal campaign: one thread with one prospect, where any other pixel is in every mail of its member. */
  readonly isDeal: boolean;
  /** Its token was replaced by a newer one: the signature that holds it is an old one. */
  readonly isRetired: boolean;
  /** When the campaign was active, milliseconds, `endedAt` excluded; empty for a user pixel. */
  readonly activeSpans: readonly ActiveSpan[];
  /** First Gmail open known so far, milliseconds. */
  readonly deliveredAt: number | null;
  readonly settings: TrackingSettings;
  /** The organization's plan: 0 = unlimited, null = the server's. */
  readonly opensPerMinute: number | null;
  readonly signalRules: SignalRules;
}

export interface ActiveSpan {
  readonly beganAt: number;
  readonly endedAt: number;
}

export interface Pixels {
  /** Null when no pixel of this type has the token. */
  find(trackingType: TrackingType, tokenHash: Uint8Array): Pixel | null;
  /** Null when it is gone. Throws PixelsNotHeld when its row was not locked. */
  get(id: PixelId): Pixel | null;
  /** Throws PixelsNotHeld when one of the rows was not locked: what is about to change of them needs their locks first. */
  mustHold(ids: readonly PixelId[]): void;
}

/** Pixels whose rows the transaction must lock with the others, in their order: it is to be tried again with them. */
export class PixelsNotHeld extends Error {
  readonly pixelIds: readonly PixelId[];
  constructor(pixelIds: readonly PixelId[]) {
    super(`${pixelIds.length} pixels are to be changed whose rows are not locked`);
    this.pixelIds = pixelIds;
  }
}

/**
 * Looks up every token of the batch, and the pixels `alsoHeld` besides, and locks the pixels' rows until the transaction ends: loads of one pixel are
 * folded one batch after the other, and a pixel that is being erased gets no event afterwards.
 */
export async function readPixels(
  trx: Transaction<Schema>,
  batch: JudgedBatch,
  alsoHeld: ReadonlySet<PixelId> = new Set(),
): Promise<Pixels> {
  const hashes = toTokenHashes(batch);
  const ids = [...alsoHeld];
  const rows = [
    ...(await lockUserPixels(trx, hashes.user, ids)),
    ...(await lockCampaignPixels(trx, hashes.campaign, ids)),
  ];
  const rules = await readRules(trx, [...new Set(rows.map((row) => row.organization_id))]);
  const spans = await readActiveSpans(trx, [...new Set(rows.flatMap((row) => row.campaign_id ?? []))]);
  const found = { user: new Map<string, Pixel>(), campaign: new Map<string, Pixel>() };
  const byId = new Map<PixelId, Pixel>();
  for (const row of rows) {
    const trackingType = row.campaign_id === null ? 'user' : 'campaign';
    const rule = rules.get(row.organization_id);
    const pixel: Pixel = {
      id: row.id,
      trackingType,
      organizationId: row.organization_id,
      memberId: row.user_id,
      campaignId: row.campaign_id,
      isDeal: row.is_deal,
      isRetired: row.is_retired,
      activeSpans: (row.campaign_id && spans.get(row.campaign_id)) || [],
      deliveredAt: row.delivered_at,
      settings: restrictSettings(rule?.settings ?? toTrackingSettings(null), row.tracking_mode),
      opensPerMinute: rule?.opensPerMinute ?? null,
      signalRules: rule?.signalRules ?? DEFAULT_SIGNAL_RULES,
    };
    found[trackingType].set(toTokenKey(row.pixel_token_hash), pixel);
    byId.set(row.id, pixel);
  }
  const mustHold = (wanted: readonly PixelId[]): void => {
    const missing = wanted.filter((id) => !byId.has(id) && !alsoHeld.has(id));
    if (missing.length > 0) throw new PixelsNotHeld(missing);
  };
  return {
    find: (trackingType, tokenHash) => found[trackingType].get(toTokenKey(tokenHash)) ?? null,
    get(id) {
      mustHold([id]);
      return byId.get(id) ?? null;
    },
    mustHold,
  };
}

/** Bytes as a key of a map. */
export function toTokenKey(tokenHash: Uint8Array): string {
  return toBuffer(tokenHash).toString('latin1');
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toTokenHashes(batch: JudgedBatch): Record<TrackingType, readonly Buffer[]> {
  const hashes = { user: new Map<string, Buffer>(), campaign: new Map<string, Buffer>() };
  for (const { hit } of batch.hits) hashes[hit.trackingType].set(toTokenKey(hit.tokenHash), toBuffer(hit.tokenHash));
  for (const { throttled } of batch.throttled) {
    hashes[throttled.trackingType].set(toTokenKey(throttled.tokenHash), toBuffer(throttled.tokenHash));
  }
  return { user: [...hashes.user.values()], campaign: [...hashes.campaign.values()] };
}

interface PixelRow {
  id: PixelId;
  organization_id: OrganizationId;
  user_id: MemberId;
  campaign_id: CampaignId | null;
  is_deal: boolean;
  is_retired: boolean;
  delivered_at: number | null;
  pixel_token_hash: Buffer;
  /** The member's own restriction. */
  tracking_mode: PersonalMode;
}

async function lockUserPixels(
  trx: Transaction<Schema>,
  hashes: readonly Buffer[],
  ids: readonly PixelId[],
): Promise<readonly PixelRow[]> {
  if (hashes.length + ids.length === 0) return [];
  const { rows } = await sql<PixelRow>`
    select p.id, p.organization_id, p.user_id, null as campaign_id, false as is_deal, not p.is_active as is_retired, null as delivered_at,
      p.pixel_token_hash, m.tracking_mode
    from signature_user_tracking p join organization_users m on m.id = p.user_id
    where ${isWanted(hashes, ids)}
    order by p.id for no key update of p`.execute(trx);
  return rows;
}

async function lockCampaignPixels(
  trx: Transaction<Schema>,
  hashes: readonly Buffer[],
  ids: readonly PixelId[],
): Promise<readonly PixelRow[]> {
  if (hashes.length + ids.length === 0) return [];
  const { rows } = await sql<PixelRow>`
    select p.id, p.organization_id, p.user_id, p.campaign_id, c.deal is not null as is_deal, not p.is_active as is_retired,
      (extract(epoch from p.delivered_at) * 1000)::float8 as delivered_at, p.pixel_token_hash, m.tracking_mode
    from signature_tracking_pixels p join organization_users m on m.id = p.user_id
      join signature_campaigns c on c.id = p.campaign_id
    where ${isWanted(hashes, ids)}
    order by p.id for no key update of p`.execute(trx);
  return rows;
}

/** An empty list of ids is left out: a second condition would cost every batch, and only a burst found late has any. */
function isWanted(hashes: readonly Buffer[], ids: readonly PixelId[]): RawBuilder<boolean> {
  const isOfBatch = sql<boolean>`p.pixel_token_hash = any(${toArrayText(hashes)}::bytea[])`;
  return ids.length === 0 ? isOfBatch : sql<boolean>`(${isOfBatch} or p.id = any(${toArrayText(ids)}::uuid[]))`;
}

interface Rules {
  readonly settings: TrackingSettings;
  readonly opensPerMinute: number | null;
  readonly signalRules: SignalRules;
}

/** Of each organization, as they are now; its time zone stays until the transaction ends. */
export async function readRules(
  trx: Transaction<Schema>,
  organizationIds: readonly OrganizationId[],
): Promise<ReadonlyMap<OrganizationId, Rules>> {
  if (organizationIds.length === 0) return new Map();
  await holdLocalDays(trx, organizationIds);
  const { rows } = await sql<{
    id: OrganizationId;
    tracking_settings: Partial<TrackingSettings> | null;
    opens_per_minute: number | null;
    signal_rules: PartialSignalRules | null;
  }>`
    select o.id, s.tracking_settings, o.opens_per_minute, r.rules as signal_rules from organizations o
    left join organization_settings s on s.organization_id = o.id
    left join signal_rule_settings r on r.organization_id = o.id
    where o.id = any(${toArrayText(organizationIds)}::uuid[])`.execute(trx);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        settings: toTrackingSettings(row.tracking_settings),
        opensPerMinute: row.opens_per_minute,
        signalRules: toSignalRules(row.signal_rules),
      },
    ]),
  );
}

/** Cut down to whole milliseconds, as hit times are: a hit in the millisecond of the launch finds the campaign active. */
async function readActiveSpans(
  trx: Transaction<Schema>,
  campaignIds: readonly CampaignId[],
): Promise<ReadonlyMap<CampaignId, readonly ActiveSpan[]>> {
  const spans = new Map<CampaignId, ActiveSpan[]>();
  if (campaignIds.length === 0) return spans;
  const { rows } = await sql<{ campaign_id: CampaignId; began_at: number; ended_at: number | null }>`
    select campaign_id, floor(extract(epoch from began_at) * 1000)::float8 as began_at,
      floor(extract(epoch from ended_at) * 1000)::float8 as ended_at
    from signature_campaign_statuses where campaign_id = any(${toArrayText(campaignIds)}::uuid[]) and status = 'active'`.execute(
    trx,
  );
  for (const row of rows) {
    const span = { beganAt: row.began_at, endedAt: row.ended_at ?? Number.POSITIVE_INFINITY };
    const known = spans.get(row.campaign_id);
    if (known) known.push(span);
    else spans.set(row.campaign_id, [span]);
  }
  return spans;
}
