import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toWall, WEEKDAYS } from '../../tests/support/wall-clock.ts';
import {
  addDays,
  isTimeZone,
  SLOT_MS,
  toCut,
  toDayStart,
  toHourOfWeek,
  toLastDays,
  toLocalDay,
  toMonthStart,
  toQuarterStart,
  toWeekStart,
} from './calendar.ts';

const HOUR_MS = 3_600_000;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'America/Santiago',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Asia/Gaza',
  'Atlantic/Azores',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Marquesas',
];

const zone = fc.constantFrom(...ZONES);
/** 2012 to 2035: after St. John's stopped changing its clock at one minute past midnight. */
const instant = fc.integer({ min: Date.UTC(2012, 0, 1), max: Date.UTC(2035, 0, 1) });
const iso = (at: number) => new Date(at).toISOString();

describe('local days', () => {
  test('an instant has the day, the weekday and the hour that its zone shows', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const wall = toWall(at, timeZone);
        expect(toLocalDay(at, timeZone)).toBe(wall.day);
        expect(toHourOfWeek(at, timeZone)).toBe(WEEKDAYS.indexOf(wall.weekday) * 24 + wall.hour);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a day starts at its first instant: the millisecond before belongs to the day before', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const day = toLocalDay(at, timeZone);
        const start = toDayStart(day, timeZone);
        expect(toWall(start, timeZone).day).toBe(day);
        expect(toWall(start - 1, timeZone).day < day).toBe(true);
        expect(start).toBeLessThanOrEqual(at);
        expect(toDayStart(addDays(day, 1), timeZone)).toBeGreaterThan(at);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', 23],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', 25],
    ['2026-11-20', 'Europe/Berlin', '2026-11-19T23:00:00.000Z', 24],
    // Midnight does not exist: the day starts at 1:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 23],
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z', 23],
    ['2026-03-29', 'Atlantic/Azores', '2026-03-29T01:00:00.000Z', 23],
    // 23:00 comes twice, and belongs to the day before both times.
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00.000Z', 25],
    ['2026-10-29', 'Africa/Cairo', '2026-10-28T21:00:00.000Z', 25],
    // Midnight comes twice: the day starts with the first.
    ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z', 25],
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-04T13:00:00.000Z', 24.5],
    ['2026-10-04', 'Australia/Lord_Howe', '2026-10-03T13:30:00.000Z', 23.5],
    ['2026-11-20', 'Asia/Kathmandu', '2026-11-19T18:15:00.000Z', 24],
    // Apia crossed the date line: the 30th never was.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 0],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 24],
  ])('%s in %s starts at %s and has %d hours', (day, timeZone, start, hours) => {
    expect(iso(toDayStart(day, timeZone))).toBe(start);
    expect((toDayStart(addDays(day, 1), timeZone) - toDayStart(day, timeZone)) / HOUR_MS).toBe(hours);
  });

  test('the last days end today and leave none out, over a clock change too', () => {
    const now = Date.parse('2026-03-30T10:00:00Z');
    expect(toLastDays(now, 4, 'Europe/Berlin')).toEqual(['2026-03-27', '2026-03-28', '2026-03-29', '2026-03-30']);
    expect(toLastDays(now, 1, 'Pacific/Kiritimati')).toEqual(['2026-03-31']);
  });
});

describe('weeks and months', () => {
  test('a week begins on Monday: a Sunday belongs to the week before', () => {
    expect(toWeekStart('2026-11-22')).toBe('2026-11-16');
    expect(toWeekStart('2026-11-23')).toBe('2026-11-23');
    expect(toWeekStart('2026-01-01')).toBe('2025-12-29');
  });

  test('every day is in the week that its Monday begins', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const day = iso(at).slice(0, 10);
        const monday = toWeekStart(day);
        expect(toWall(Date.parse(monday), 'UTC').weekday).toBe('Monday');
        expect(monday <= day && day < addDays(monday, 7)).toBe(true);
      }),
    );
  });

  test('a month begins on its first', () => {
    expect(toMonthStart('2028-02-29')).toBe('2028-02-01');
  });
});

describe('the cut of a running period', () => {
  const week = (now: number, timeZone: string) => {
    const start = toWeekStart(toLocalDay(now, timeZone));
    return toCut(now, start, addDays(start, -7), timeZone);
  };
  const written = ({ current, previous }: ReturnType<typeof week>) =>
    [current.from, current.to, previous.from, previous.to].map(iso);

  test('both weeks end at the last full quarter hour of the local clock', () => {
    expect(written(week(Date.parse('2026-11-18T10:37:12Z'), 'Europe/Berlin'))).toEqual([
      '2026-11-15T23:00:00.000Z',
      '2026-11-18T10:30:00.000Z',
      '2026-11-08T23:00:00.000Z',
      '2026-11-11T10:30:00.000Z',
    ]);
  });

  test('over a clock change the weeks are cut at the same local time, not after the same number of hours', () => {
    expect(written(week(Date.parse('2026-03-31T08:00:00Z'), 'Europe/Berlin'))).toEqual([
      '2026-03-29T22:00:00.000Z',
      '2026-03-31T08:00:00.000Z',
      '2026-03-22T23:00:00.000Z',
      '2026-03-24T09:00:00.000Z',
    ]);
  });

  test('where last week skipped the time of the cut, it ends where the clock jumped', () => {
    const now = Date.parse('2026-04-05T00:40:00Z');
    expect(toWall(now, 'Europe/Berlin')).toMatchObject({ day: '2026-04-05', hour: 2, minute: 40 });
    expect(iso(week(now, 'Europe/Berlin').previous.to)).toBe('2026-03-29T01:00:00.000Z');
  });

  test('where last week had the time of the cut twice, the first one counts', () => {
    const now = Date.parse('2026-11-01T01:40:00Z');
    expect(toWall(now, 'Europe/Berlin')).toMatchObject({ day: '2026-11-01', hour: 2, minute: 40 });
    expect(iso(week(now, 'Europe/Berlin').previous.to)).toBe('2026-10-25T00:30:00.000Z');
  });

  test('in the first quarter hour of a week there is nothing to compare yet', () => {
    const cut = week(Date.parse('2026-11-16T00:14:59Z'), 'UTC');
    expect(cut.current).toEqual({ from: Date.parse('2026-11-16T00:00:00Z'), to: Date.parse('2026-11-16T00:00:00Z') });
    expect(cut.previous.to).toBe(cut.previous.from);
  });

  test('a month is never held against more than the whole month before', () => {
    const cut = toCut(Date.parse('2026-03-31T12:00:00Z'), '2026-03-01', '2026-02-01', 'UTC');
    expect(iso(cut.previous.to)).toBe('2026-03-01T00:00:00.000Z');
  });

  test('slots of 15 UTC minutes never straddle a cut, in any zone', () => {
    fc.assert(
      fc.property(instant, zone, (now, timeZone) => {
        const { current, previous } = week(now, timeZone);
        for (const edge of [current.from, current.to, previous.from, previous.to]) expect(edge % SLOT_MS).toBe(0);
        expect(toWall(current.to, timeZone).minute % 15).toBe(0);
        expect(now - toQuarterStart(now, timeZone)).toBeLessThan(SLOT_MS);
        expect(previous.to).toBeLessThanOrEqual(current.from);
        expect(current.to).toBeLessThanOrEqual(now);
      }),
      { numRuns: 1_000 },
    );
  });

  test('what is before the cut last week is what the local clock of that week shows as earlier', () => {
    fc.assert(
      fc.property(instant, zone, fc.integer({ min: 0, max: 7 * 96 - 1 }), (now, timeZone, slot) => {
        const { current, previous } = week(now, timeZone);
        const at = previous.from + slot * SLOT_MS;
        if (at >= current.from || current.to === current.from) return;
        const order = (wall: ReturnType<typeof toWall>) =>
          (WEEKDAYS.indexOf(wall.weekday) * 24 + wall.hour) * 60 + wall.minute;
        const cut = order(toWall(current.to, timeZone));
        const shown = order(toWall(at, timeZone));
        // An hour shown twice is on either side; everything else is on its own.
        if (Math.abs(shown - cut) > 60) expect(at < previous.to).toBe(shown < cut);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('a time zone is a name from the tables, not an offset and not a guess', () => {
  expect(['Europe/Berlin', 'UTC', 'Asia/Kolkata'].every(isTimeZone)).toBe(true);
  expect(['', '+01:00', 'Berlin', 'Europe/Nowhere', '../etc'].some(isTimeZone)).toBe(false);
});
