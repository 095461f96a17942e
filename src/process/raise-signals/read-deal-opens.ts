import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { SignalRule } from '../../domain/signal.ts';
import type { Confidence, Device } from '../../domain/verdict.ts';
import { readReaders } from './read-readers.ts';
import type { StandingSignal } from './read-standing.ts';
import { HOUR_MS, type Material, MINUTE_MS } from './seen-open.ts';
import { toGroups } from './to-groups.ts';
import type { Subject } from './to-subjects.ts';

/** What one subject's rules look at, and how far it reaches: a longer story ends there, and later signals stand. */
export interface SubjectMaterial {
  readonly subject: Subject;
  readonly material: Material;
  /** Rules that need not be asked: what stands of them stands. */
  readonly coolingRules: readonly SignalRule[];
  readonly untilAt: number;
}

/** Opens of one pixel that are read at most, each some 100 bytes; of those before, as far as a rule counts them. */
export const OPENS_READ_MAX = 5_000;
const OPENS_BEFORE_MAX = 1_000;

/**
 * Every open of the deals from where the hot rule begins to look, how many lie before, and the readers of a day. The
 * readers are most of the work, so they are asked for only where there are opens enough for so many, and no spreading
 * signal stands and cools down.
 */
export async function readDealOpens(
  trx: Transaction<Schema>,
  deals: readonly Subject[],
  standing: readonly StandingSignal[],
): Promise<readonly SubjectMaterial[]> {
  const wanted = deals.map((subject) => ({ subject, fromAt: subject.fromAt - toHotMs(subject) }));
  const opens = toGroups(await readOpens(trx, wanted), ({ n }) => n);
  const before = await readBefore(trx, wanted);
  const cooling = deals.map((subject, index) => isSpreadingCooling(subject, opens.get(index + 1) ?? [], standing));
  const spread = deals
    .filter(({ pixel }, index) => {
      const opensOfDay = (opens.get(index + 1)?.length ?? 0) + (before[index]?.recent ?? 0);
      return !cooling[index] && opensOfDay >= pixel.signalRules.spreading.readers;
    })
    .map((subject) => ({ subject, fromAt: subject.fromAt - toSpreadingMs(subject) }));
  const readers = spread.length === 0 ? [] : await readReaders(trx, spread);
  const readersOf = new Map(spread.map(({ subject }, index) => [subject, readers[index]?.opens ?? []]));
  return deals.map((subject, index) => {
    const mine = opens.get(index + 1) ?? [];
    return {
      subject,
      coolingRules: cooling[index] ? ['spreading'] : [],
      untilAt: mine.length === OPENS_READ_MAX ? (mine.at(-1)?.at ?? 0) : Number.POSITIVE_INFINITY,
      material: {
        kind: 'deal',
        opens: mine.map(({ at, device, confidence }) => ({ at, device, confidence, reader: null })),
        readerOpens: readersOf.get(subject) ?? [],
        opensBefore: before[index]?.opens ?? 0,
        lastBeforeAt: before[index]?.lastAt ?? null,
        usualAt: () => null,
      },
    };
  });
}

function toHotMs({ pixel }: Subject): number {
  return pixel.signalRules.hot.withinMinutes * MINUTE_MS;
}

function toSpreadingMs({ pixel }: Subject): number {
  return pixel.signalRules.spreading.withinHours * HOUR_MS;
}

/** Every open that changed or came later falls into the cooldown of one signal: nothing about it can change. */
function isSpreadingCooling(
  { pixel, fromAt, withdrawnAts }: Subject,
  opens: readonly OpenRow[],
  standing: readonly StandingSignal[],
): boolean {
  if (withdrawnAts.length > 0) return false;
  const lastAt = opens.at(-1)?.at ?? fromAt;
  const mine = standing.filter(({ pixelId, rule }) => pixelId === pixel.id && rule === 'spreading');
  const cooldownMs = pixel.signalRules.spreading.cooldownMinutes * MINUTE_MS;
  return (
    mine.every(({ raisedAt }) => raisedAt <= fromAt) && mine.some(({ raisedAt }) => lastAt < raisedAt + cooldownMs)
  );
}

export interface WantedOpens {
  readonly subject: Subject;
  readonly fromAt: number;
}

interface OpenRow {
  n: number;
  id: number;
  at: number;
  device: Device;
  confidence: Confidence;
}

/** In the order of time and, at one instant, of what it was, so that the order of arrival shows nowhere. */
async function readOpens(trx: Transaction<Schema>, wanted: readonly WantedOpens[]): Promise<readonly OpenRow[]> {
  const froms = wanted.map(({ fromAt }) => fromAt);
  const { rows } = await sql<OpenRow>`
    select want.n::int as n, found.* from ${toWanted(wanted)} cross join lateral (
      select event.id::float8 as id, (extract(epoch from event.hit_at) * 1000)::float8 as at, judged.device, judged.confidence
      from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
      where event.campaign_id = want.campaign_id and event.pixel_id = want.pixel_id
        and event.hit_at >= to_timestamp(want.from_at / 1000)
        and event.hit_at >= to_timestamp(${Math.min(...froms)}::float8 / 1000)
        and event.verdict in ('human', 'proxy_open')
      order by event.hit_at limit ${OPENS_READ_MAX}) as found
    order by want.n, found.at, found.device, found.confidence`.execute(trx);
  return rows;
}

interface BeforeRow {
  opens: number;
  /** Of them those in which the spreading rule looks for readers. */
  recent: number;
  lastAt: number | null;
}

async function readBefore(trx: Transaction<Schema>, wanted: readonly WantedOpens[]): Promise<readonly BeforeRow[]> {
  const froms = wanted.map(({ fromAt }) => fromAt);
  const recentFroms = wanted.map(({ subject }) => subject.fromAt - toSpreadingMs(subject));
  const { rows } = await sql<BeforeRow>`
    select count(found.hit_at)::int as opens,
      (count(found.hit_at) filter (where found.hit_at >= to_timestamp((${recentFroms}::float8[])[want.n] / 1000)))::int as recent,
      (extract(epoch from max(found.hit_at)) * 1000)::float8 as "lastAt"
    from ${toWanted(wanted)} left join lateral (
      select event.hit_at from signature_tracking_events event
      where event.campaign_id = want.campaign_id and event.pixel_id = want.pixel_id
        and event.hit_at < to_timestamp(want.from_at / 1000) and event.hit_at < to_timestamp(${Math.max(...froms)}::float8 / 1000)
        and event.verdict in ('human', 'proxy_open')
      order by event.hit_at desc limit ${OPENS_BEFORE_MAX}) as found on true
    group by want.n order by want.n`.execute(trx);
  return rows;
}

function toWanted(wanted: readonly WantedOpens[]) {
  return sql`unnest(${wanted.map(({ subject }) => subject.pixel.campaignId)}::uuid[],
      ${wanted.map(({ subject }) => subject.pixel.id)}::uuid[], ${wanted.map(({ fromAt }) => fromAt)}::float8[])
      with ordinality as want (campaign_id, pixel_id, from_at, n)`;
}
