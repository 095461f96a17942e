import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { toArrayText } from '../db/to-array-text.ts';
import type { DeliveryEvent } from '../domain/destination.ts';
import type { CampaignId, MemberId, OrganizationId } from '../domain/ids.ts';
import { isAtLeast, type RaisedSignal, type SignalLevel, type WithdrawnSignal } from '../domain/signal.ts';
import { toReasonText, toSignalSentence } from '../domain/signal-reason.ts';
import type { OpenEvent } from './mark-unique.ts';
import { toChunks } from './to-chunks.ts';

interface OutboxBatch {
  readonly events: readonly OpenEvent[];
  /** Of the events, in their order. */
  readonly ids: readonly number[];
  /** Stored before, and now something else or gone. */
  readonly withdrawn: readonly { readonly id: number; readonly organizationId: OrganizationId }[];
  readonly raised: readonly RaisedSignal[];
  readonly withdrawnSignals: readonly WithdrawnSignal[];
}

/**
 * Leaves for the deliverer what destinations want to hear of, in the transaction of what it tells of: counted opens,
 * raised signals, and that one of them holds no longer. Organizations without a destination cost nothing but the look.
 */
export async function storeOutbox(trx: Transaction<Schema>, batch: OutboxBatch): Promise<void> {
  const organizationIds = toOrganizationIds(batch);
  if (organizationIds.length === 0) return;
  const wishes = await readWishes(trx, organizationIds);
  if (wishes.size === 0) return;
  const lines = toLines(batch);
  const wanted = lines.filter((line) => wishes.get(line.organizationId)?.some((wish) => isWanted(line, wish)) ?? false);
  for (const chunk of toChunks(wanted)) await insertLines(trx, chunk);
}

interface Line {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId | null;
  readonly campaignId: CampaignId | null;
  readonly type: DeliveryEvent | 'withdrawn';
  readonly subject: string;
  readonly level: SignalLevel | null;
  readonly isHeld: boolean;
  /** Milliseconds. */
  readonly at: number;
  readonly payload: object;
}

/** In the order in which they hold: what is taken back comes first, since it is of earlier batches. */
function toLines({ events, ids, withdrawn, raised, withdrawnSignals }: OutboxBatch): readonly Line[] {
  const gone = [
    ...withdrawn.map(({ id, organizationId }) => ({ organizationId, subject: `event:${id}` })),
    ...withdrawnSignals.map(({ id, organizationId }) => ({ organizationId, subject: `signal:${id}` })),
  ];
  const opens = events.flatMap((event, i) => (event.isCounted ? toOpenLine(event, String(ids[i])) : []));
  return [...gone.map(toWithdrawal), ...opens, ...raised.map(toSignalLine)];
}

function toWithdrawal({ organizationId, subject }: Pick<Line, 'organizationId' | 'subject'>): Line {
  const nothing = { memberId: null, campaignId: null, level: null, isHeld: false, at: 0, payload: {} };
  return { ...nothing, organizationId, subject, type: 'withdrawn' };
}

/** product.md section 10, and nothing else of the open. */
function toOpenLine({ pixel, hit, judgement, isUnique }: OpenEvent, id: string): Line {
  const { organizationId, memberId, campaignId, settings } = pixel;
  return {
    organizationId,
    memberId,
    campaignId,
    type: 'event_created',
    subject: `event:${id}`,
    level: null,
    isHeld: false,
    at: hit.hitAt,
    payload: {
      id,
      at: new Date(hit.hitAt).toISOString(),
      ...(campaignId === null ? {} : { campaignId }),
      userId: memberId,
      verdict: judgement.verdict,
      confidence: judgement.confidence,
      device: judgement.device,
      // Without visitors nobody knows.
      unique: settings.mode === 'signals' ? isUnique : null,
    },
  };
}

/** As GET /api/signals tells it. */
function toSignalLine(signal: RaisedSignal): Line {
  const { id, organizationId, memberId, campaignId, rule, level, confidence, title, reasons, device } = signal;
  return {
    organizationId,
    memberId,
    campaignId,
    type: 'signal_raised',
    subject: `signal:${id}`,
    level,
    isHeld: signal.heldFor !== null,
    at: signal.raisedAt,
    payload: {
      id,
      rule,
      level,
      confidence,
      ...(campaignId === null ? {} : { campaignId }),
      userId: memberId,
      title,
      reasons: reasons.map(toReasonText),
      sentence: toSignalSentence(reasons),
      device,
      raisedAt: new Date(signal.raisedAt).toISOString(),
      fadesAt: new Date(signal.fadesAt).toISOString(),
    },
  };
}

interface Wish {
  readonly organization_id: OrganizationId;
  readonly events: readonly DeliveryEvent[];
  readonly minimum_level: SignalLevel | null;
  readonly campaign_ids: readonly CampaignId[] | null;
}

function toOrganizationIds(batch: OutboxBatch): readonly OrganizationId[] {
  const { events, withdrawn, raised, withdrawnSignals } = batch;
  const ids = new Set(events.map(({ pixel }) => pixel.organizationId));
  for (const { organizationId } of [...withdrawn, ...raised, ...withdrawnSignals]) ids.add(organizationId);
  return [...ids];
}

async function readWishes(
  trx: Transaction<Schema>,
  organizationIds: readonly OrganizationId[],
): Promise<ReadonlyMap<OrganizationId, readonly Wish[]>> {
  const { rows } = await sql<Wish>`
    select organization_id, events, minimum_level, campaign_ids from destinations
    where organization_id = any(${toArrayText(organizationIds)}::uuid[]) and state <> 'disabled'`.execute(trx);
  const wishes = new Map<OrganizationId, Wish[]>();
  for (const row of rows) wishes.set(row.organization_id, [...(wishes.get(row.organization_id) ?? []), row]);
  return wishes;
}

function isWanted({ type, campaignId, level }: Line, wish: Wish): boolean {
  if (type === 'withdrawn') return true;
  const isCampaign = wish.campaign_ids === null || (campaignId !== null && wish.campaign_ids.includes(campaignId));
  const isLoud = level === null || wish.minimum_level === null || isAtLeast(level, wish.minimum_level);
  return isCampaign && isLoud && wish.events.includes(type);
}

async function insertLines(trx: Transaction<Schema>, lines: readonly Line[]): Promise<void> {
  const column = <T>(read: (line: Line) => T): T[] => lines.map(read);
  await sql`
    insert into delivery_outbox (organization_id, user_id, campaign_id, type, subject, level, is_held, at, payload)
    select organization_id, user_id, campaign_id, type, subject, level, is_held, to_timestamp(at / 1000), payload::jsonb
    from unnest(${toArrayText(column((line) => line.organizationId))}::uuid[], ${toArrayText(column((line) => line.memberId))}::uuid[],
      ${toArrayText(column((line) => line.campaignId))}::uuid[], ${toArrayText(column((line) => line.type))}::text[],
      ${toArrayText(column((line) => line.subject))}::text[], ${toArrayText(column((line) => line.level))}::text[],
      ${toArrayText(column((line) => line.isHeld))}::bool[], ${toArrayText(column((line) => line.at))}::float8[],
      ${toArrayText(column((line) => JSON.stringify(line.payload)))}::text[]) with ordinality
      as line (organization_id, user_id, campaign_id, type, subject, level, is_held, at, payload, place)
    order by place`.execute(trx);
}
