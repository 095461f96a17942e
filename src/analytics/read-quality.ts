import { sql, type Transaction } from 'kysely';
import type { Quality } from '../contract/quality.ts';
import type { Schema } from '../db/schema.ts';
import { toDayStart, toLastDays } from '../domain/calendar.ts';
import type { DropReason } from '../domain/drop-reason.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { VERDICTS, type Verdict } from '../domain/verdict.ts';
import { readSettings } from './read-organization-stats.ts';
import { toTimeZone } from './read-viewer.ts';
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
 * What fetched the pixels in the last local days of the organization, today included, user and campaign pixels alike:
 * opens by verdict, one row a member and day, and what was counted instead of stored.
 */
export async function readQuality(trx: Transaction<Schema>, question: QualityQuestion): Promise<Quality> {
  const settings = await readSettings(trx, question.organizationId);
  const timeZone = toTimeZone(settings.timezone);
  const days = toLastDays(question.now, Math.min(question.days, settings.retention_days), timeZone);
  const from = toDayStart(days[0] ?? '', timeZone);
  const counts = toCounts(await readCounts(trx, question, { firstDay: days[0] ?? '', from }));
  const shares = toWholeShares(SHARED.map((kind) => counts[kind]));
  const share = Object.fromEntries(SHARED.map((kind, i) => [kind, shares[i] ?? 0])) as Record<SharedKind, number>;
  const sentences = SHARED.flatMap((kind) => (share[kind] > 0 ? `${share[kind]} % ${SENTENCES[kind]}` : []));
  const times = { from: new Date(from).toISOString(), asOf: new Date(question.now).toISOString() };
  return { ...share, counts, sentences, days: days.length, ...times };
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
  { firstDay, from }: { readonly firstDay: string; readonly from: number },
): Promise<readonly Counted[]> {
  const mine = sql`organization_id = ${organizationId} ${memberId === null ? sql`` : sql`and user_id = ${memberId}`}`;
  const sums = sql.join(
    VERDICTS.map((verdict) => sql`coalesce(sum(${sql.ref(verdict)}), 0)::float8 as ${sql.ref(verdict)}`),
  );
  const { rows: totals } = await sql<Record<Verdict, number>>`
    select ${sums} from tracking_rollup_totals where ${mine} and day >= ${firstDay}::date`.execute(trx);
  const { rows: drops } = await sql<Counted>`
    select reason as name, sum(hits)::float8 as count, true as "isDrop" from tracking_drop_slots
    where ${mine} and slot_at >= ${new Date(from)} group by reason`.execute(trx);
  return [...VERDICTS.map((name) => ({ name, count: totals[0]?.[name] ?? 0, isDrop: false })), ...drops];
}

function toCounts(rows: readonly Counted[]): Quality['counts'] {
  const counts = { human: 0, proxied: 0, prefetch: 0, scanner: 0, bot: 0, throttled: 0, unknown: 0, own: 0, test: 0 };
  for (const { name, count, isDrop } of rows) {
    const kind = isDrop ? KINDS_OF_DROPS[name as DropReason] : KINDS_OF_VERDICTS[name as Verdict];
    if (kind !== undefined) counts[kind] += count;
  }
  return counts;
}
