import { expect, test } from 'vitest';
import { toOpenWords } from './to-open-words.ts';

test('a reader is told with the device, a mail service without one, since it hides it', () => {
  expect(toOpenWords({ verdict: 'human', device: 'mobile', loads: 1, oldSignature: false })).toBe('reader on a phone');
  expect(toOpenWords({ verdict: 'human', device: 'unknown', loads: 1, oldSignature: false })).toBe('reader');
  expect(toOpenWords({ verdict: 'proxy_open', device: 'desktop', loads: 1, oldSignature: false })).toBe(
    'reader, through a mail service',
  );
});

test('repeated loads and an old signature are told', () => {
  expect(toOpenWords({ verdict: 'scanner', device: 'unknown', loads: 3, oldSignature: true })).toBe(
    'mail security scanner, loaded 3 times, from an old signature',
  );
});
