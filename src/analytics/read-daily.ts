import type { Transaction } from 'kysely';
import type { Daily } from '../contract/daily.ts';
import type { Schema } from '../db/schema.ts';
import { toLastDays } from '../domain/calendar.ts';
import { readDays } from './read-days.ts';
import type { Viewer } from './read-viewer.ts';

/** Opens per local day of the last `count` days, today last, zeros included: user pixels only. At most two queries. */
export async function readDaily(
  trx: Transaction<Schema>,
  viewer: Viewer,
  question: { readonly now: number; readonly days: number },
): Promise<Daily> {
  const days = toLastDays(question.now, question.days, viewer.timeZone);
  const rows = await readDays(trx, viewer, days, question.now);
  return {
    data: rows.map(({ day, opens, uniques }) => ({ date: day, opens, unique: viewer.hasUniques ? uniques : null })),
    timezone: viewer.timeZone,
  };
}
