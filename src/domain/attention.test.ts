import { expect, test } from 'vitest';
import { isQuiet, toAttentionHold } from './attention.ts';

const NIGHT = { from: '22:00', to: '07:30' };
const hold = (now: string, level: 'warm' | 'hot' = 'hot', timeZone = 'Europe/Berlin') =>
  toAttentionHold({ quietHours: NIGHT, minimumLevel: 'warm' }, { level, now: Date.parse(now), timeZone });

test('quiet hours run by the local clock, over midnight, from their first minute to before their last', () => {
  const local = (clock: string) => hold(`2026-06-10T${clock}+02:00`);
  expect(['21:59:59', '22:00:00', '23:59:59', '00:00:00', '07:29:59', '07:30:00'].map(local)).toEqual([
    null,
    'quiet_hours',
    'quiet_hours',
    'quiet_hours',
    'quiet_hours',
    null,
  ]);
});

test('over the change of clocks quiet hours end when the local clock says so', () => {
  // Berlin, 2026-03-29: 2:00 is 3:00. The night is an hour shorter.
  expect(hold('2026-03-29T05:29:00Z')).toBe('quiet_hours');
  expect(hold('2026-03-29T05:30:00Z')).toBeNull();
  // Berlin, 2026-10-25: 2:00 to 2:59 come twice. An hour longer.
  expect(hold('2026-10-25T06:29:00Z')).toBe('quiet_hours');
  expect(hold('2026-10-25T06:30:00Z')).toBeNull();
  const early = { from: '02:15', to: '02:45' };
  expect(isQuiet(early, Date.parse('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe(true);
  expect(isQuiet(early, Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe(true);
  const skipped = Array.from({ length: 24 * 60 }, (_, minute) => Date.parse('2026-03-28T23:00:00Z') + minute * 60_000);
  expect(skipped.filter((at) => isQuiet(early, at, 'Europe/Berlin'))).toEqual([]);
});

test('below the minimum level a signal waits at any hour', () => {
  const wish = { quietHours: null, minimumLevel: 'hot' } as const;
  const at = { now: Date.parse('2026-06-10T12:00:00Z'), timeZone: 'UTC' };
  expect(toAttentionHold(wish, { ...at, level: 'warm' })).toBe('minimum_level');
  expect(toAttentionHold(wish, { ...at, level: 'hot' })).toBeNull();
});
