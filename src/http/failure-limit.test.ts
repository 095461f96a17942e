import { expect, test } from 'vitest';
import { createFailureLimit } from './failure-limit.ts';

function startAt(time: number) {
  let now = time;
  const pass = (ms: number) => {
    now += ms;
  };
  return { clock: { now: () => now }, pass };
}

test('the limit holds from the last allowed failure to the end of the window, per key', () => {
  const { clock, pass } = startAt(1_000);
  const limit = createFailureLimit(clock, { failuresMax: 3, windowMs: 60_000 });
  for (let failure = 0; failure < 3; failure += 1) {
    expect(limit.secondsToWait('a')).toBe(0);
    limit.count('a');
    pass(10_000);
  }
  expect(limit.secondsToWait('a')).toBe(30);
  expect(limit.secondsToWait('b')).toBe(0);
  pass(29_999);
  expect(limit.secondsToWait('a')).toBe(1);
  pass(1);
  expect(limit.secondsToWait('a')).toBe(0);
});

test('a success forgets what failed before', () => {
  const { clock } = startAt(0);
  const limit = createFailureLimit(clock, { failuresMax: 1, windowMs: 60_000 });
  limit.count('a');
  expect(limit.secondsToWait('a')).toBe(60);
  limit.forget('a');
  expect(limit.secondsToWait('a')).toBe(0);
});
