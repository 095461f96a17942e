import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { toArrayText } from '../../db/to-array-text.ts';
import { toHourStart } from '../../domain/calendar.ts';
import type { PixelId } from '../../domain/ids.ts';
import type { Confidence, Device } from '../../domain/verdict.ts';
import { OPENS_READ_MAX, type SubjectMaterial } from './read-deal-opens.ts';
import { readStanding } from './read-standing.ts';
import { type PixelHour, readUsual } from './read-usual.ts';
import { HOUR_MS, MINUTE_MS } from './seen-open.ts';
import type { Subject } from './to-subjects.ts';
import { toOpensNeeded } from './unusual.ts';

/**
 * Opens of members' own pixels in the hours at hand, and what those hours usually have. Nearly no hour is unusual, so
 * three questions come first: whether the rollups have enough of the hour, whether a signal that stands says so
 * already, and whether that is far above what the hour usually has. Opens are read only for what is left.
 */
export async function readUserOpens(
  trx: Transaction<Schema>,
  users: readonly Subject[],
): Promise<readonly SubjectMaterial[]> {
  const busy = await findBusy(trx, users.filter(isOn));
  const isTouched = new Set([...busy.map(({ subject }) => subject), ...users.filter(isWithdrawn)]);
  const touched = isTouched.size === 0 ? [] : await dropCooling(trx, [...isTouched]);
  const left = new Set(touched);
  const unusual = await findUnusual(
    trx,
    busy.filter(({ subject }) => left.has(subject)),
  );
  const wanted = touched.filter((subject) => unusual.has(subject) || isWithdrawn(subject));
  if (wanted.length === 0) return [];
  const opens = await readOpens(trx, wanted);
  const stories = wanted.map((subject, index) => ({ subject, opens: opens.filter(({ n }) => n === index + 1) }));
  const hours = stories.flatMap(({ subject, opens: mine }) =>
    [...new Set(mine.map(({ at }) => toHour(subject, at)))].map((hourAt) => ({
      subject,
      pixel: subject.pixel,
      hourAt,
    })),
  );
  const usual = await readUsual(trx, hours);
  return stories.map(({ subject, opens: mine }) => {
    const known = new Map(
      hours.flatMap((hour, index) => (hour.subject === subject ? [[hour.hourAt, usual[index]]] : [])),
    );
    return {
      subject,
      coolingRules: [],
      untilAt: mine.length === OPENS_READ_MAX ? (mine.at(-1)?.at ?? 0) : Number.POSITIVE_INFINITY,
      material: {
        kind: 'user',
        opens: mine.map(({ at, device, confidence }) => ({ at, device, confidence, reader: null })),
        readerOpens: [],
        opensBefore: 0,
        lastBeforeAt: null,
        usualAt: (at) => {
          const hourStartAt = toHour(subject, at);
          const usualOpens = known.get(hourStartAt) ?? null;
          return usualOpens === null ? null : { hourStartAt, opens: usualOpens };
        },
      },
    };
  });
}

function isOn({ pixel }: Subject): boolean {
  return pixel.signalRules.unusual.isOn;
}

function isWithdrawn({ withdrawnAts }: Subject): boolean {
  return withdrawnAts.length > 0;
}

function toHour({ pixel }: Pick<Subject, 'pixel'>, at: number): number {
  return toHourStart(at, pixel.settings.timezone);
}

interface BusyHour extends PixelHour {
  readonly subject: Subject;
  /** Of all of the member's own pixels, and in odd time zones of a little more than the hour: never less than its. */
  readonly opens: number;
}

async function findBusy(trx: Transaction<Schema>, users: readonly Subject[]): Promise<readonly BusyHour[]> {
  const asked = users.flatMap((subject) =>
    [...new Set(subject.openedAts.map((at) => toHour(subject, at)))].map((hourAt) => ({ subject, hourAt })),
  );
  if (asked.length === 0) return [];
  const { rows } = await sql<{ n: number; opens: number }>`
    select want.n::int as n, busy.opens::int as opens
    from unnest(${toArrayText(asked.map(({ subject }) => subject.pixel.organizationId))}::uuid[],
      ${toArrayText(asked.map(({ subject }) => subject.pixel.memberId))}::uuid[], ${toArrayText(asked.map(({ hourAt }) => hourAt))}::float8[],
      ${toArrayText(asked.map(({ subject }) => subject.pixel.signalRules.unusual.opens))}::int[])
      with ordinality as want (organization_id, user_id, at, needed, n)
    cross join lateral (
      select sum(hour.opens_0 + hour.opens_1 + hour.opens_2 + hour.opens_3) as opens from tracking_rollup_hours hour
      where hour.organization_id = want.organization_id and hour.user_id = want.user_id
        and hour.hour_at > to_timestamp(want.at / 1000) - interval '1 hour'
        and hour.hour_at < to_timestamp(want.at / 1000) + interval '1 hour' offset 0) as busy
    where busy.opens >= want.needed`.execute(trx);
  return rows.flatMap(({ n, opens }) => {
    const hour = asked[n - 1];
    return hour === undefined ? [] : { ...hour, pixel: hour.subject.pixel, opens };
  });
}

async function findUnusual(trx: Transaction<Schema>, busy: readonly BusyHour[]): Promise<ReadonlySet<Subject>> {
  if (busy.length === 0) return new Set();
  const usual = await readUsual(trx, busy);
  const unusual = busy.filter(({ subject, opens }, index) => {
    const usualOpens = usual[index] ?? null;
    return usualOpens !== null && opens >= toOpensNeeded(usualOpens, subject.pixel.signalRules);
  });
  return new Set(unusual.map(({ subject }) => subject));
}

/** Without those of which a signal that stands cools down until the last hour of the batch has ended. */
async function dropCooling(trx: Transaction<Schema>, subjects: readonly Subject[]): Promise<readonly Subject[]> {
  const standing = new Map<PixelId, number[]>();
  for (const { pixelId, rule, raisedAt } of await readStanding(trx, subjects))
    if (rule === 'unusual') standing.set(pixelId, [...(standing.get(pixelId) ?? []), raisedAt]);
  return subjects.filter((subject) => {
    const raisedAts = standing.get(subject.pixel.id);
    if (isWithdrawn(subject) || raisedAts === undefined) return true;
    const lastHourEndsAt = Math.max(...subject.openedAts.map((at) => toHour(subject, at))) + HOUR_MS;
    const cooldownMs = subject.pixel.signalRules.unusual.cooldownMinutes * MINUTE_MS;
    return !raisedAts.some((raisedAt) => raisedAt <= subject.fromAt && lastHourEndsAt <= raisedAt + cooldownMs);
  });
}

interface OpenRow {
  n: number;
  at: number;
  device: Device;
  confidence: Confidence;
}

/** From the beginning of the first hour that changed. In the order of time and, at one instant, of what it was. */
async function readOpens(trx: Transaction<Schema>, subjects: readonly Subject[]): Promise<readonly OpenRow[]> {
  const froms = subjects.map((subject) => toHour(subject, subject.fromAt));
  const { rows } = await sql<OpenRow>`
    select want.n::int as n, found.*
    from unnest(${toArrayText(subjects.map(({ pixel }) => pixel.memberId))}::uuid[], ${toArrayText(subjects.map(({ pixel }) => pixel.id))}::uuid[],
      ${toArrayText(froms)}::float8[]) with ordinality as want (user_id, pixel_id, from_at, n)
    cross join lateral (
      select (extract(epoch from event.hit_at) * 1000)::float8 as at, judged.device, judged.confidence
      from signature_tracking_events event join judgements judged on judged.id = event.judgement_id
      where event.user_id = want.user_id and event.user_tracking_id = want.pixel_id
        and event.hit_at >= to_timestamp(want.from_at / 1000)
        and (event.hit_at at time zone 'UTC')::date >= (to_timestamp(want.from_at / 1000) at time zone 'UTC')::date
        and event.hit_at >= to_timestamp(${Math.min(...froms)}::float8 / 1000)
        and event.verdict in ('human', 'proxy_open')
      order by event.hit_at limit ${OPENS_READ_MAX}) as found
    order by want.n, found.at, found.device, found.confidence`.execute(trx);
  return rows;
}
