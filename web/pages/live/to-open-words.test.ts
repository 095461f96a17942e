import { expect, test } from 'vitest';
import { live } from '../../messages/en/live.ts';
import { toWords } from '../../messages/to-words.ts';
import { toOpenWords } from './to-open-words.ts';

const words = toWords(live, 'en');

test('a reader is told with the device, a mail service without one, since it hides it', () => {
  const open = { loads: 1, oldSignature: false } as const;
  expect(toOpenWords({ ...open, verdict: 'human', device: 'mobile' }, words)).toBe('reader on a phone');
  expect(toOpenWords({ ...open, verdict: 'human', device: 'unknown' }, words)).toBe('reader');
  expect(toOpenWords({ ...open, verdict: 'proxy_open', device: 'desktop' }, words)).toBe(
    'reader, through a mail service',
  );
});

test('repeated loads and an old signature are told', () => {
  expect(toOpenWords({ verdict: 'scanner', device: 'unknown', loads: 3, oldSignature: true }, words)).toBe(
    'mail security scanner, loaded 3 times, from an old signature',
  );
});
