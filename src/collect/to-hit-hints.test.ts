import { expect, test } from 'vitest';
import { toHitHints } from './to-hit-hints.ts';

test.each([
  [{ 'sec-purpose': 'prefetch' }, true],
  [{ 'sec-purpose': 'prefetch;prerender' }, true],
  [{ purpose: 'prefetch' }, true],
  [{ purpose: 'Preview' }, true],
  [{ 'x-purpose': 'preview' }, true],
  [{ 'x-moz': 'prefetch' }, true],
  [{ 'sec-purpose': ['', 'prerender'] }, true],
  [{}, false],
  [{ 'sec-purpose': undefined }, false],
  [{ purpose: 'display' }, false],
  [{ 'sec-gpc': '1', dnt: '1' }, false],
  [{ accept: 'prefetch' }, false],
])('%j says prefetch: %s', (headers, isPrefetch) => {
  expect(toHitHints(headers)).toEqual({ isPrefetch });
});
