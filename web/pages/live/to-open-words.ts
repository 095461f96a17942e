import type { Open } from '../../../src/contract/open-feed.ts';

const DEVICES: Readonly<Record<string, string>> = {
  desktop: 'on a computer',
  mobile: 'on a phone',
  tablet: 'on a tablet',
};

const VERDICTS: Readonly<Record<Open['verdict'], string>> = {
  human: 'reader',
  proxy_open: 'reader, through a mail service',
  prefetch: 'fetched ahead of reading',
  scanner: 'mail security scanner',
  bot: 'machine',
  unknown: 'reader or machine, cannot be told',
  self: 'your own open',
  test: 'install test',
};

/** "reader on a phone, loaded 3 times": what the open was, in the words of the feed. */
export function toOpenWords({ verdict, device, loads, oldSignature }: OpenFacts): string {
  const where = verdict === 'human' && Object.hasOwn(DEVICES, device) ? ` ${DEVICES[device]}` : '';
  const again = loads > 1 ? `, loaded ${loads} times` : '';
  const old = oldSignature ? ', from an old signature' : '';
  return `${VERDICTS[verdict]}${where}${again}${old}`;
}

type OpenFacts = Pick<Open, 'verdict' | 'device' | 'loads' | 'oldSignature'>;
