import { expect, test } from 'vitest';
import { toChartDays } from './to-chart-days.ts';

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    date: new Date(Date.UTC(2025, 11, 1 + index)).toISOString().slice(0, 10),
    opens: index + 1,
    unique: index,
  }));

test('of fourteen days the last seven become bars, each with the same weekday a week earlier', () => {
  const days = toChartDays(rows(14), 7);
  expect(days.map((day) => [day.label, day.opens, day.opensBefore])).toEqual([
    ['Mon 8 Dec', 8, 1],
    ['Tue 9 Dec', 9, 2],
    ['Wed 10 Dec', 10, 3],
    ['Thu 11 Dec', 11, 4],
    ['Fri 12 Dec', 12, 5],
    ['Sat 13 Dec', 13, 6],
    ['Sun 14 Dec', 14, 7],
  ]);
});

test('only the last day is today', () => {
  expect(toChartDays(rows(14), 7).map((day) => day.isToday)).toEqual([false, false, false, false, false, false, true]);
});

test('days that the answer does not hold are unknown, not zero', () => {
  expect(toChartDays(rows(9), 7).map((day) => day.opensBefore)).toEqual([null, null, null, null, null, 1, 2]);
});

test('of sixty days the last thirty become bars, each with the day thirty days earlier', () => {
  const days = toChartDays(rows(60), 30);
  expect(days).toHaveLength(30);
  expect(days[0]).toMatchObject({ opens: 31, opensBefore: 1, dayOfMonth: '31 Dec' });
  expect(days.at(-1)).toMatchObject({ opens: 60, opensBefore: 30, isToday: true });
});
