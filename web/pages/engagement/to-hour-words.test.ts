import { expect, test } from 'vitest';
import { engagement } from '../../messages/en/engagement.ts';
import { toWords } from '../../messages/to-words.ts';
import { toHourWords } from './to-hour-words.ts';

test.each([
  [0, 'Tuesdays at midnight'],
  [1, 'Tuesdays at 1 am'],
  [10, 'Tuesdays at 10 am'],
  [11, 'Tuesdays at 11 am'],
  [12, 'Tuesdays at noon'],
  [13, 'Tuesdays at 1 pm'],
  [23, 'Tuesdays at 11 pm'],
])('hour %i of the day reads "%s"', (hour, line) => {
  expect(toHourWords(toWords(engagement), { day: 'Tuesday', hour })).toBe(line);
});
