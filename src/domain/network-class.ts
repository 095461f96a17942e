/**
 * What kind of network an address belongs to. The order is the wire code in the spool: append only, never reorder.
 * `unknown` is an address that was not given or not parsable; `eyeball` is every public address no list names.
 */
export const NETWORK_CLASSES = [
  'unknown',
  'eyeball',
  'private',
  'google_proxy',
  'google',
  'apple_relay',
  'microsoft',
  'yahoo',
  'mail_provider',
  'mail_gateway',
  'security_vendor',
  'cloud',
  'relay',
] as const;

export type NetworkClass = (typeof NETWORK_CLASSES)[number];
