import { expect, test } from 'vitest';
import { toChangeWords } from './to-change-words.ts';

test('each changed thing is told with what it was and what it is', () => {
  expect(
    toChangeWords({ retention_days: 90, exclude_bots: true }, { retention_days: 30, exclude_bots: false }),
  ).toEqual(['retention days: 90 → 30', 'exclude bots: on → off']);
});

test('what came anew and what went are told without inventing the other side', () => {
  expect(toChangeWords(null, { scopes: ['read:stats', 'admin'] })).toEqual(['scopes: read:stats, admin']);
  expect(toChangeWords({ title: 'Lead' }, null)).toEqual(['title: Lead → none']);
  expect(toChangeWords(null, null)).toEqual([]);
});
