import { expect, test } from 'vitest';
import { toChangeWords } from './to-change-words.ts';

const names = { on: 'on', off: 'off', none: 'none' };

test('each changed thing is told with what it was and what it is', () => {
  expect(
    toChangeWords({ retention_days: 90, exclude_bots: true }, { retention_days: 30, exclude_bots: false }, names),
  ).toEqual(['retention days: 90 → 30', 'exclude bots: on → off']);
});

test('what came anew and what went are told without inventing the other side', () => {
  expect(toChangeWords(null, { scopes: ['read:stats', 'admin'] }, names)).toEqual(['scopes: read:stats, admin']);
  expect(toChangeWords({ title: 'Lead' }, null, names)).toEqual(['title: Lead → none']);
  expect(toChangeWords(null, null, names)).toEqual([]);
});
