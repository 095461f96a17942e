import { z } from 'zod';
import type { NetworkClass } from '../domain/network-class.ts';
import { type AddressRange, parseRange } from './parse-range.ts';

/** What a publisher says of one class of its addresses. */
export interface PublishedList {
  readonly networkClass: NetworkClass;
  readonly ranges: readonly AddressRange[];
  /** When the publisher made the list, in milliseconds since the epoch; null when it does not say. */
  readonly publishedAt: number | null;
}

/** The text is not the list that was expected; the message says where. */
export class ListError extends Error {}

/** Apple's CSV: "block,country,region,city," a line. */
export function parseAppleEgress(text: string): PublishedList[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const ranges = lines.map((line, index) => toRange(line.slice(0, line.indexOf(',')), `line ${index + 1}`));
  return [{ networkClass: 'apple_relay', ranges, publishedAt: null }];
}

/** Google's JSON: `{ creationTime, prefixes: [{ ipv4Prefix } | { ipv6Prefix }] }`. */
export function parseGooglePrefixes(text: string, networkClass: NetworkClass): PublishedList[] {
  const { prefixes, creationTime } = parseJson(text, googleShape);
  const ranges = prefixes.map((prefix, index) =>
    toRange(prefix.ipv4Prefix ?? prefix.ipv6Prefix ?? '', `prefixes[${index}]`),
  );
  return [{ networkClass, ranges, publishedAt: toTime(creationTime) }];
}

/**
 * Microsoft 365's JSON: `[{ urls?, ips? }]`. The rows of Exchange Online Protection (`*.protection.outlook.com`) are
 * its mail gateways, the others Microsoft's own services, Outlook on the web among them.
 */
export function parseMicrosoftEndpoints(text: string): PublishedList[] {
  const gateways: AddressRange[] = [];
  const services: AddressRange[] = [];
  parseJson(text, microsoftShape).forEach((row, index) => {
    const isGateway = (row.urls ?? []).some((url) => url.endsWith('protection.outlook.com'));
    for (const ip of row.ips ?? []) (isGateway ? gateways : services).push(toRange(ip, `row ${index + 1}`));
  });
  if (gateways.length === 0) throw new ListError('no row of Exchange Online Protection (*.protection.outlook.com)');
  return [
    { networkClass: 'mail_gateway', ranges: gateways, publishedAt: null },
    { networkClass: 'microsoft', ranges: services, publishedAt: null },
  ];
}

/** Amazon's JSON: `{ createDate, prefixes: [{ ip_prefix }], ipv6_prefixes: [{ ipv6_prefix }] }`. */
export function parseAmazonRanges(text: string): PublishedList[] {
  const list = parseJson(text, amazonShape);
  const ranges = [
    ...list.prefixes.map((prefix, index) => toRange(prefix.ip_prefix, `prefixes[${index}]`)),
    ...list.ipv6_prefixes.map((prefix, index) => toRange(prefix.ipv6_prefix, `ipv6_prefixes[${index}]`)),
  ];
  return [
    {
      networkClass: 'cloud',
      ranges,
      publishedAt: toTime(list.createDate.replace(/^(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)$/, '$1T$2:$3:$4Z')),
    },
  ];
}

const googleShape = z.object({
  creationTime: z.string().optional(),
  prefixes: z.array(z.object({ ipv4Prefix: z.string().optional(), ipv6Prefix: z.string().optional() })),
});
const microsoftShape = z.array(z.object({ urls: z.array(z.string()).optional(), ips: z.array(z.string()).optional() }));
const amazonShape = z.object({
  createDate: z.string(),
  prefixes: z.array(z.object({ ip_prefix: z.string() })),
  ipv6_prefixes: z.array(z.object({ ipv6_prefix: z.string() })),
});

function parseJson<T>(text: string, shape: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ListError(`not JSON, begins with "${text.slice(0, 40)}"`);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ListError(`not the publisher's shape: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

/** The widest blocks a publisher here could own: a shorter prefix is a mistake that would swallow the internet. */
const WIDEST_BITS = { 4: 24n, 6: 112n } as const;

function toRange(text: string, where: string): AddressRange {
  const range = parseRange(text.trim());
  if (range === null) throw new ListError(`${where}: "${text.slice(0, 60)}" is no range`);
  if (range.last - range.first >= 1n << WIDEST_BITS[range.version])
    throw new ListError(`${where}: "${text}" is too wide`);
  return range;
}

function toTime(text: string | undefined): number | null {
  // Google leaves the zone out and means UTC.
  const time = text === undefined ? Number.NaN : Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : time;
}
