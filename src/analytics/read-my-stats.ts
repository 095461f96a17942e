import type { Transaction } from 'kysely';
import type { Comparison, Figures, MyStats } from '../contract/my-stats.ts';
import type { Schema } from '../db/schema.ts';
import {
  addDays,
  type Cut,
  type Period,
  toCut,
  toDayStart,
  toLocalDay,
  toMonthStart,
  toWeekStart,
} from '../domain/calendar.ts';
import { readDays } from './read-days.ts';
import { readDevices } from './read-devices.ts';
import { readSlots, type SlotFigures } from './read-slots.ts';
import { toKeptFrom, type Viewer } from './read-viewer.ts';
import { toDeviceShares } from './to-device-shares.ts';
import { PEAK_DAYS, toPeakHours } from './to-peak-hours.ts';
import { toTrend } from './to-trend.ts';

// In: a member and an instant. Out: how their signature's mail is read, in their own days and hours. Counted opens of
// the user pixel only: a campaign's opens are another question and are never added (product.md section 4).

/** The devices are those of the last 30 local days: the days /daily shows by default, and within every retention. */
const DEVICE_DAYS = 30;

/** Two queries; a third one only for a month that began before what the retention keeps. */
export async function readMyStats(trx: Transaction<Schema>, viewer: Viewer, now: number): Promise<MyStats> {
  const periods = toPeriods(now, viewer.timeZone);
  const slots = await readSlots(trx, viewer, periods.all);
  const figuresOf = (period: Period) => toFigures(slots, period, viewer.hasUniques);
  const compare = (cut: Cut) => toComparison(figuresOf, cut);
  const keptFrom = toKeptFrom(now, viewer.settings);
  const thisWeek = compare(periods.cuts.thisWeek);
  return {
    today: figuresOf(periods.today),
    thisWeek: figuresOf(periods.thisWeek),
    thisMonth: periods.thisMonth.from < keptFrom ? await readLongMonth(trx, viewer, now) : figuresOf(periods.thisMonth),
    trend: thisWeek.opens,
    peakHours: toPeakHours(slotsIn(slots, periods.peak), viewer.timeZone),
    ...toDeviceShares(await readDevices(trx, viewer, periods.devices)),
    comparisons: {
      today: compare(periods.cuts.today),
      thisWeek,
      thisMonth: periods.cuts.thisMonth.previous.from < keptFrom ? null : compare(periods.cuts.thisMonth),
    },
    timezone: viewer.timeZone,
    retentionDays: viewer.settings.retention_days,
    asOf: new Date(now).toISOString(),
  };
}

function toPeriods(now: number, timeZone: string) {
  const day = toLocalDay(now, timeZone);
  const week = toWeekStart(day);
  const month = toMonthStart(day);
  const previousMonth = toMonthStart(addDays(month, -1));
  const between = (first: string, next: string): Period => ({
    from: toDayStart(first, timeZone),
    to: toDayStart(next, timeZone),
  });
  const tomorrow = addDays(day, 1);
  const thisWeek = between(week, addDays(week, 7));
  const thisMonth = between(month, toMonthStart(addDays(month, 31)));
  const peak = between(addDays(day, -PEAK_DAYS), day);
  const cuts = {
    today: toCut(now, day, addDays(day, -1), timeZone),
    thisWeek: toCut(now, week, addDays(week, -7), timeZone),
    thisMonth: toCut(now, month, previousMonth, timeZone),
  };
  return {
    today: between(day, tomorrow),
    thisWeek,
    thisMonth,
    peak,
    devices: between(addDays(tomorrow, -DEVICE_DAYS), tomorrow),
    cuts,
    all: { from: Math.min(peak.from, cuts.thisMonth.previous.from), to: Math.max(thisWeek.to, thisMonth.to) },
  };
}

function slotsIn(slots: readonly SlotFigures[], period: Period): readonly SlotFigures[] {
  return slots.filter((slot) => slot.at >= period.from && slot.at < period.to);
}

function toFigures(slots: readonly SlotFigures[], period: Period, hasUniques: boolean): Figures {
  const inside = slotsIn(slots, period);
  return {
    opens: inside.reduce((sum, slot) => sum + slot.opens, 0),
    unique: hasUniques ? inside.reduce((sum, slot) => sum + slot.uniques, 0) : null,
  };
}

function toComparison(figuresOf: (period: Period) => Figures, cut: Cut): Comparison {
  const current = figuresOf(cut.current);
  const previous = figuresOf(cut.previous);
  return {
    until: new Date(cut.current.to).toISOString(),
    current,
    previous,
    opens: toTrend(current.opens, previous.opens),
    unique: current.unique === null || previous.unique === null ? null : toTrend(current.unique, previous.unique),
  };
}

/** A month of 31 days on its last day, under a retention of 30. */
async function readLongMonth(trx: Transaction<Schema>, viewer: Viewer, now: number): Promise<Figures> {
  const today = toLocalDay(now, viewer.timeZone);
  const days: string[] = [];
  for (let day = toMonthStart(today); day <= today; day = addDays(day, 1)) days.push(day);
  const figures = await readDays(trx, viewer, days, now);
  return {
    opens: figures.reduce((sum, { opens }) => sum + opens, 0),
    unique: viewer.hasUniques ? figures.reduce((sum, { uniques }) => sum + uniques, 0) : null,
  };
}
