import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { toArrayText } from '../../db/to-array-text.ts';
import { DAY_MS } from '../../domain/hit.ts';
import type { SubjectMaterial } from './read-deal-opens.ts';
import { readReaders } from './read-readers.ts';
import { MINUTE_MS } from './seen-open.ts';
import type { Subject } from './to-subjects.ts';

/**
 * Opens of readers of the campaigns' pixels, with whose they were. First it is asked which reader of this batch was
 * seen often enough to complete any rule, one look-up in an index each: nearly none was, and then nothing is read.
 */
export async function readCampaignOpens(
  trx: Transaction<Schema>,
  campaigns: readonly Subject[],
): Promise<readonly SubjectMaterial[]> {
  const often = await findOften(trx, campaigns);
  const wanted = campaigns
    .filter((subject) => often.has(subject) || subject.withdrawnAts.length > 0)
    .map((subject) => ({ subject, fromAt: toFrom(subject) }));
  if (wanted.length === 0) return [];
  const readers = await readReaders(trx, wanted);
  return wanted.map(({ subject }, index) => ({
    subject,
    coolingRules: [],
    untilAt: Number.POSITIVE_INFINITY,
    material: {
      kind: 'campaign',
      opens: readers[index]?.opens ?? [],
      readerOpens: [],
      opensBefore: 0,
      lastBeforeAt: null,
      usualAt: () => null,
    },
  }));
}

/** As far back as the hot rule looks, and to the beginning of the UTC day. */
function toFrom({ fromAt, pixel }: Subject): number {
  return Math.min(fromAt - pixel.signalRules.hot.withinMinutes * MINUTE_MS, Math.floor(fromAt / DAY_MS) * DAY_MS);
}

async function findOften(trx: Transaction<Schema>, campaigns: readonly Subject[]): Promise<ReadonlySet<Subject>> {
  const asked = campaigns.flatMap((subject) => {
    const { hot, back_on_mobile } = subject.pixel.signalRules;
    const opens = Math.min(hot.opens, back_on_mobile.opens);
    const readers = new Map(subject.readers.map((reader) => [`${reader.keyDay} ${reader.visitor}`, reader]));
    return [...readers.values()].map(({ keyDay, visitor }) => ({ subject, opens, keyDay, visitor }));
  });
  if (asked.length === 0) return new Set();
  const days = asked.map(({ keyDay }) => keyDay);
  const { rows } = await sql<{ n: number }>`
    select want.n::int as n
    from unnest(${toArrayText(days)}::int[], ${toArrayText(asked.map(({ subject }) => subject.pixel.organizationId))}::uuid[],
      ${toArrayText(asked.map(({ subject }) => subject.pixel.id))}::uuid[], ${toArrayText(asked.map(({ visitor }) => visitor))}::text[],
      ${toArrayText(asked.map(({ opens }) => opens))}::int[]) with ordinality as want (key_day, organization_id, scope_id, visitor, opens, n)
    cross join lateral (
      select from visitor_seen seen
      where seen.key_day = date '1970-01-01' + want.key_day and seen.organization_id = want.organization_id
        and seen.kind = 'load' and seen.scope_id = want.scope_id and seen.visitor = decode(want.visitor, 'hex')
        and seen.key_day between date '1970-01-01' + ${Math.min(...days)}::int and date '1970-01-01' + ${Math.max(...days)}::int
      offset want.opens - 1 limit 1) as often`.execute(trx);
  return new Set(rows.flatMap(({ n }) => asked[n - 1]?.subject ?? []));
}
