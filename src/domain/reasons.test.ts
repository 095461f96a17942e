import { expect, test } from 'vitest';
import { explain, REASONS } from './reasons.ts';

test('every sentence is one that a sales person reads without a dictionary', () => {
  for (const [reason, sentence] of Object.entries(REASONS)) {
    expect(sentence, reason).toMatch(/^[A-Z].{30,}\.$/);
    expect(sentence, reason).not.toMatch(/user.?agent|\bUA\b|\bIP\b|CIDR|\bHTTP|heuristic|egress|regex|\bDNS\b/i);
  }
});

test('a reason that this version does not know is explained in plain words, and never by what an object inherits', () => {
  expect(explain('of_the_future')).toMatch(/does not know/);
  expect(explain('constructor')).toMatch(/does not know/);
});
