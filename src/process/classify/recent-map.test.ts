import { expect, test } from 'vitest';
import { createRecentMap } from './recent-map.ts';

test('never holds more than two generations, and forgets the oldest first', () => {
  const map = createRecentMap<number>(100);
  for (let n = 0; n < 1000; n += 1) map.set(`key ${n}`, n);
  const held = Array.from({ length: 1000 }, (_, n) => n).filter((n) => map.get(`key ${n}`) !== undefined);
  expect(held.length).toBeLessThanOrEqual(200);
  expect(held.at(-1)).toBe(999);
  expect(held[0]).toBeGreaterThanOrEqual(800);
});

test('keeps what is asked for again and again, however much else comes', () => {
  const map = createRecentMap<string>(50);
  map.set('in use', 'kept');
  for (let n = 0; n < 5000; n += 1) {
    map.set(`key ${n}`, 'other');
    expect(map.get('in use')).toBe('kept');
  }
});

test('gives what was set last', () => {
  const map = createRecentMap<number>(2);
  map.set('a', 1);
  map.set('b', 1);
  map.set('c', 1);
  map.set('a', 2);
  expect(map.get('a')).toBe(2);
});
