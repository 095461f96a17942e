import { expect, test } from 'vitest';
import { toLocalTime } from './to-local-time.ts';

test('an instant stands as the clocks of the zone show it, and none is empty', () => {
  expect(toLocalTime('2026-03-29T07:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T09:00');
  expect(toLocalTime('2026-03-01T03:30:00Z', 'Asia/Kolkata')).toBe('2026-03-01T09:00');
  expect(toLocalTime('2026-01-01T00:00:00Z', 'America/New_York')).toBe('2025-12-31T19:00');
  expect(toLocalTime(null, 'UTC')).toBe('');
});
