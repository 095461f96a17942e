import { sql, type Transaction } from 'kysely';
import type { Quality } from '../contract/quality.ts';
import type { Schema } from '../db/schema.ts';
import { SLOT_MS } from '../domain/calendar.ts';
import type { DropReason } from '../domain/drop-reason.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';
import type { Verdict } from '../domain/verdict.ts';
import { toWholeShares } from './to-device-shares.ts';

export interface QualityQuestion {
  readonly organizationId: OrganizationId;
  /** Null: of the whole organization. */
  readonly memberId: MemberId | null;
  readonly days: number;
  /** Milliseconds. */
  readonly now: number;
}

/**
 * What fetched the pixels in the last days, user and campaign pixels alike: opens by verdict, and what was counted
 * instead of stored. Two range reads of the quarter hours' rollups, which go as far back as the retention.
 */
export async function readQuality(trx: Transaction<Schema>, question: QualityQuestion): Promise<Quality> {
  const { organizationId, now } = question;
  const row = await trx
    .selectFrom('organization_settings')
    .where('organization_id', '=', organizationId)
    .select('tracking_settings')
    .executeTakeFirst();
  const days = Math.min(question.days, toTrackingSettings(row?.tracking_settings ?? null).retention_days);
  const from = Math.ceil((now - days * DAY_MS) / SLOT_MS) * SLOT_MS;
  const counts = toCounts(await readCounts(trx, question, from));
  const shares = toWholeShares(SHARED.map((kind) => counts[kind]));
  const share = Object.fromEntries(SHARED.map((kind, i) => [kind, shares[i] ?? 0])) as Record<SharedKind, number>;
  const sentences = SHARED.flatMap((kind) => (share[kind] > 0 ? `${share[kind]} % ${SENTENCES[kind]}` : []));
  const times = { from: new Date(from).toISOString(), asOf: new Date(now).toISOString() };
  return { ...share, counts, sentences, days, ...times };
}

const SHARED = ['human', 'proxied', 'prefetch', 'scanner', 'bot', 'throttled'] as const;
type SharedKind = (typeof SHARED)[number];

const SENTENCES: Readonly<Record<SharedKind, string>> = {
  human: "were fetched by a reader's own mail program: opens you can trust.",
  proxied:
    'were fetched by a mail service because a reader opened, such as Gmail: opens, with device and place hidden.',
  prefetch: 'were loaded ahead of time by a mail service, such as Apple Mail: nobody can tell whether they were read.',
  scanner: 'came from mail security that inspects mail before its reader does: no opens.',
  bot: 'came from other machines, such as link previews and crawlers: no opens.',
  throttled: 'came faster than readers read, so they were counted and not looked at.',
};

const KINDS_OF_VERDICTS: Readonly<Record<Verdict, keyof Quality['counts']>> = {
  human: 'human',
  proxy_open: 'proxied',
  prefetch: 'prefetch',
  scanner: 'scanner',
  bot: 'bot',
  unknown: 'unknown',
  self: 'own',
  test: 'test',
};

/** Drops that say nothing of who fetched (tracking was off, a campaign was not running) are in no share. */
const KINDS_OF_DROPS: Readonly<Partial<Record<DropReason, SharedKind>>> = {
  scanner: 'scanner',
  bot: 'bot',
  throttled_pixel: 'throttled',
  throttled_client_ip: 'throttled',
  throttled_plan: 'throttled',
};

interface Counted {
  readonly name: string;
  readonly count: number;
  readonly isDrop: boolean;
}

async function readCounts(
  trx: Transaction<Schema>,
  { organizationId, memberId }: QualityQuestion,
  from: number,
): Promise<readonly Counted[]> {
  const fromAt = new Date(from);
  const mine = sql`organization_id = ${organizationId} and slot_at >= ${fromAt}
    ${memberId === null ? sql`` : sql`and user_id = ${memberId}`}`;
  const { rows } = await sql<Counted>`
    select verdict as name, sum(events)::float8 as count, false as "isDrop" from tracking_rollup_slots where ${mine} group by verdict
    union all
    select reason, sum(hits)::float8, true from tracking_drop_slots where ${mine} group by reason`.execute(trx);
  return rows;
}

function toCounts(rows: readonly Counted[]): Quality['counts'] {
  const counts = { human: 0, proxied: 0, prefetch: 0, scanner: 0, bot: 0, throttled: 0, unknown: 0, own: 0, test: 0 };
  for (const { name, count, isDrop } of rows) {
    const kind = isDrop ? KINDS_OF_DROPS[name as DropReason] : KINDS_OF_VERDICTS[name as Verdict];
    if (kind !== undefined) counts[kind] += count;
  }
  return counts;
}
