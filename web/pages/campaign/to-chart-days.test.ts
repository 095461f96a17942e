import { expect, test } from 'vitest';
import { campaign } from '../../messages/en/campaign.ts';
import { toWords } from '../../messages/to-words.ts';
import { toChartDays } from './to-chart-days.ts';

const WORDS = toWords(campaign);
const DATA = [
  { date: '2026-03-01', opens: 0, unique: 0 },
  { date: '2026-03-02', opens: 4, unique: 3 },
];

test('a change falls on the day it was in the zone of the organization', () => {
  const statuses = [{ status: 'active', beganAt: '2026-03-01T20:00:00.000Z' }] as const;
  const kolkata = toChartDays({ data: DATA, timezone: 'Asia/Kolkata' }, statuses, WORDS);
  expect(kolkata.map(({ change }) => change)).toEqual([null, 'launched']);
  const utc = toChartDays({ data: DATA, timezone: 'UTC' }, statuses, WORDS);
  expect(utc.map(({ change }) => change)).toEqual(['launched', null]);
});

test('a campaign resumed after a pause was not launched again, and all changes of a day are told in order', () => {
  const statuses = [
    { status: 'draft', beganAt: '2026-03-01T08:00:00.000Z' },
    { status: 'active', beganAt: '2026-03-01T09:00:00.000Z' },
    { status: 'paused', beganAt: '2026-03-02T09:00:00.000Z' },
    { status: 'active', beganAt: '2026-03-02T10:00:00.000Z' },
  ] as const;
  const days = toChartDays({ data: DATA, timezone: 'UTC' }, statuses, WORDS);
  expect(days.map(({ label, change }) => [label, change])).toEqual([
    ['1 Mar', 'launched'],
    ['2 Mar', 'paused, resumed'],
  ]);
});
