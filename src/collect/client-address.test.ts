import { describe, expect, test } from 'vitest';
import { from, startCollector, USER_PIXEL } from '../../tests/support/test-collector.ts';

describe('the client address', () => {
  const readAddresses = async (trustProxy: readonly string[] | number, headers: string[]): Promise<string[]> => {
    const seen: string[] = [];
    const { send } = await startCollector({
      trustProxy,
      toNetworkClass: (address) => {
        seen.push(address);
        return 'eyeball';
      },
    });
    for (const header of headers) await send(`GET ${USER_PIXEL}`, header === '' ? {} : from(header));
    return seen;
  };

  test('is the socket’s while no proxy is trusted, whatever the header claims', async () => {
    expect(await readAddresses([], ['203.0.113.1'])).toEqual(['127.0.0.1']);
    expect(await readAddresses(0, ['203.0.113.1'])).toEqual(['127.0.0.1']);
    expect(await readAddresses(['10.0.0.0/8'], ['203.0.113.1, 10.0.0.1'])).toEqual(['127.0.0.1']);
  });

  test('is the first one from the right that is no trusted proxy: what stands left of it is hearsay', async () => {
    const trusted = ['127.0.0.0/8', '10.0.0.0/8', '2001:db8:f::/48'];
    const cases: [string, string][] = [
      ['203.0.113.1', '203.0.113.1'],
      ['1.1.1.1, 203.0.113.2', '203.0.113.2'],
      ['1.1.1.1,203.0.113.3 ,10.1.2.3', '203.0.113.3'],
      ['203.0.113.4, 2001:db8:f::1, ::ffff:10.0.0.9', '203.0.113.4'],
      ['10.0.0.7', '10.0.0.7'],
      ['203.0.113.5:4711', '203.0.113.5'],
      ['[2001:db8::5]:443', '2001:db8::5'],
      ['203.0.113.6, unknown, 10.0.0.8', '10.0.0.8'],
      ['not an address', '127.0.0.1'],
      [',,,', '127.0.0.1'],
    ];
    for (const [header, address] of cases) expect(await readAddresses(trusted, [header]), header).toEqual([address]);
  });

  test('is so many hops away as a number says, or the farthest that is told', async () => {
    expect(await readAddresses(1, ['1.1.1.1, 203.0.113.1'])).toEqual(['203.0.113.1']);
    expect(await readAddresses(2, ['1.1.1.1, 203.0.113.1, 198.51.100.1'])).toEqual(['203.0.113.1']);
    expect(await readAddresses(3, ['203.0.113.1'])).toEqual(['203.0.113.1']);
    expect(await readAddresses(1, [''])).toEqual(['127.0.0.1']);
  });
});
