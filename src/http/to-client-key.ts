import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Dies with the process: a key kept anywhere could turn the hashes back into addresses. */
const processKey = randomBytes(32);

/**
 * Names a client for rate limits without keeping its address: a keyed hash of the address (IPv6: of its /64) under a
 * key of this process. The address is the socket's, or what trusted proxies say (TRUST_PROXY).
 */
export function toClientKey(request: FastifyRequest): string {
  return toKey(toNetwork(request.ip));
}

/** The same for the network around the client: IPv4 by its /24, IPv6 by its /48. */
export function toNetworkKey(request: FastifyRequest): string {
  const network = toNetwork(request.ip);
  const wider = network.includes('.')
    ? network.split('.').slice(0, 3).join('.')
    : network.split(':').slice(0, 3).join(':');
  return toKey(`network ${wider}`);
}

export function toKey(text: string): string {
  return createHmac('sha256', processKey).update(text).digest('base64url').slice(0, KEY_CHARS);
}

const KEY_CHARS = 22;

function toNetwork(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] ?? address;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail?.split(':').filter(Boolean) ?? [])];
  return all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
