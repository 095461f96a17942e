import type { Open } from '../../../src/contract/open-feed.ts';
import type { Words } from '../../messages/use-words.ts';

const READERS = {
  desktop: 'readerDesktop',
  mobile: 'readerMobile',
  tablet: 'readerTablet',
  unknown: 'reader',
} as const;

const VERDICTS = {
  proxy_open: 'proxyOpen',
  prefetch: 'prefetch',
  scanner: 'scanner',
  bot: 'bot',
  unknown: 'unknown',
  self: 'self',
  test: 'test',
} as const;

/** "reader on a phone, loaded 3 times": what the open was, in the words of the feed. */
export function toOpenWords({ verdict, device, loads, oldSignature }: OpenFacts, words: Words<'live'>): string {
  return [
    words(verdict === 'human' ? READERS[device] : VERDICTS[verdict]),
    ...(loads > 1 ? [words('loads', { count: loads })] : []),
    ...(oldSignature ? [words('oldSignature')] : []),
  ].join(', ');
}

type OpenFacts = Pick<Open, 'verdict' | 'device' | 'loads' | 'oldSignature'>;
