import ipaddr from 'ipaddr.js';

// Where a tenant may send us: to public addresses by https, and to what the operator allows. What must never happen: a
// request to an address inside of the operator's network because a name, a literal or a redirect leads there.

/** `allow`: OUTBOUND_ALLOW. `isTrial`: the server itself lives on loopback, where a receiver beside it may be tried. */
export function createOutboundRules({ allow, isTrial }: OutboundOptions): OutboundRules {
  const ranges = allow.map((text) => (text.includes('/') ? ipaddr.parseCIDR(text) : toSingle(text)));
  const isListed = (address: string): boolean => {
    const parsed = parseAddress(address);
    return (
      parsed !== null && ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits))
    );
  };
  const isTrialHost = (host: string) => isTrial && LOOPBACK_HOST.test(host);
  return {
    isAllowedAddress: (address, { host, isSecure }) =>
      isListed(address) || (isTrialHost(host) ? isLoopback(address) : isSecure && isPublicAddress(address)),
    refuseUrl: (text) => {
      if (!URL.canParse(text)) return 'This is no address. Write one such as https://example.com/hooks/mailtracker.';
      const url = new URL(text);
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The address must begin with https://.';
      if (url.username !== '' || url.password !== '') return 'The address must not hold a user name or a password.';
      const host = toHost(url);
      const isSecure = url.protocol === 'https:';
      if (isTrialHost(host)) return null;
      if (ipaddr.isValid(host)) return refuseLiteral(isListed(host) || (isSecure && isPublicAddress(host)), isSecure);
      if (ranges.length > 0) return null;
      if (!isSecure) return ONLY_HTTPS;
      return INSIDE_NAME.test(host) ? INSIDE : null;
    },
  };
}

export interface OutboundOptions {
  /** CIDRs and addresses. */
  readonly allow: readonly string[];
  readonly isTrial: boolean;
}

export interface OutboundRules {
  /** Of an address that a name led to, or that stands in the url itself. */
  isAllowedAddress(address: string, via: { readonly host: string; readonly isSecure: boolean }): boolean;
  /** Why nobody may be sent there, for people; null when nothing speaks against it so far. */
  refuseUrl(text: string): string | null;
}

/** The host as net takes it: without the brackets of IPv6 and without the dot that ends a full name. */
export function toHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
/** Names that mean something inside of a network, or of this machine, only. */
const INSIDE_NAME = /^[^.]*$|(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|arpa)$/i;

const ONLY_HTTPS =
  'The address must begin with https://. The operator may allow http:// inside of a network by OUTBOUND_ALLOW.';
const INSIDE = 'The address leads inside of a network. The operator may allow such addresses by OUTBOUND_ALLOW.';

function refuseLiteral(isAllowed: boolean, isSecure: boolean): string | null {
  if (isAllowed) return null;
  return isSecure ? INSIDE : ONLY_HTTPS;
}

/** Everything else is special by some registry: private, link-local, carrier, documentation, translated, reserved. */
export function isPublicAddress(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null || parsed.range() !== 'unicast') return false;
  if (parsed.kind() === 'ipv4') return true;
  // The library takes ::/96 (old IPv4-compatible) and 100:0:0:1::/64 (dummy prefix) for public ones.
  const bytes = parsed.toByteArray();
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0);
  const isDummy = bytes[0] === 1 && bytes[7] === 1 && bytes.slice(1, 7).every((byte) => byte === 0);
  return !isCompatible && !isDummy;
}

function isLoopback(address: string): boolean {
  return parseAddress(address)?.range() === 'loopback';
}

/** ::ffff:10.0.0.1 is 10.0.0.1. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  try {
    return ipaddr.process(text);
  } catch {
    return null;
  }
}

function toSingle(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
