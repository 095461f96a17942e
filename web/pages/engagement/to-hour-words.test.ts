import { expect, test } from 'vitest';
import { toHourWords } from './to-hour-words.ts';

test.each([
  [0, 'Tuesdays at midnight'],
  [1, 'Tuesdays at 1am'],
  [10, 'Tuesdays at 10am'],
  [11, 'Tuesdays at 11am'],
  [12, 'Tuesdays at noon'],
  [13, 'Tuesdays at 1pm'],
  [23, 'Tuesdays at 11pm'],
])('hour %i of the day reads "%s"', (hour, words) => {
  expect(toHourWords({ day: 'Tuesday', hour })).toBe(words);
});
