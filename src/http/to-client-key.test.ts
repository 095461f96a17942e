import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { toClientKey } from './to-client-key.ts';

const key = (ip: string) => toClientKey({ ip } as FastifyRequest);

test.each([
  ['198.51.100.7', '::ffff:198.51.100.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
  ['2001:DB8:0001:2::', '2001:db8:1:2::9'],
  ['::1', '0:0:0:0:0:0:0:2'],
  ['fe80::1%eth0', 'fe80::2'],
])('%s and %s are one client', (one, other) => expect(key(one)).toBe(key(other)));

test.each([
  ['198.51.100.7', '198.51.100.8'],
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['2001:db8::1', '2001:db8:0:1::1'],
])('%s and %s are two clients', (one, other) => expect(key(one)).not.toBe(key(other)));

test('the key tells nothing of the address', () => {
  expect(key('198.51.100.7')).toMatch(/^[A-Za-z0-9_-]{22}$/);
});
