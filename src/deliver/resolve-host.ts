import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export type ResolveHost = (host: string) => Promise<readonly HostAddress[]>;

const TRY_MS_MAX = 2_000;
const TRIES_MAX = 2;

/**
 * All addresses of a name. Asks the name servers off libuv's pool, which has four threads and which password hashing
 * shares: a name server that a tenant made slow would otherwise hold up everybody. Only a name they do not know, such
 * as one of /etc/hosts, is asked of the system.
 */
export const resolveHost: ResolveHost = async (host) => {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family as 4 | 6 }];
  if (host === 'localhost') return lookUp(host);
  const resolver = new Resolver({ timeout: TRY_MS_MAX, tries: TRIES_MAX });
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [
    ...(four.status === 'fulfilled' ? four.value.map((address): HostAddress => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address): HostAddress => ({ address, family: 6 })) : []),
  ];
  if (found.length > 0) return found;
  const isUnknown = [four, six].every(
    (one) => one.status === 'rejected' && /ENOTFOUND|ENODATA|ECONNREFUSED/.test(one.reason.code),
  );
  return isUnknown ? lookUp(host) : [];
};

async function lookUp(host: string): Promise<readonly HostAddress[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}
