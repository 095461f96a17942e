import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS } from './kit/log.ts';

/** The settings of one process, frozen. `appSecret` is null when the environment gave none: the data folder keeps one. */
export type Config = Readonly<{
  port: number;
  host: string;
  dataDir: string;
  databaseUrl: string | null;
  /** Where hits travel from collectors to processors on other machines; null: the spool of the data folder alone. */
  redisUrl: string | null;
  publicUrl: string;
  pixelUrl: string;
  appSecret: string | null;
  /** CIDRs, or a number of hops, whose X-Forwarded-For is believed; empty: the socket's address counts. */
  trustProxy: readonly string[] | number;
  spoolSync: 'durable' | 'fast';
  spoolBytesMax: number;
  pixelLimitPerMinute: number;
  ipLimitPerMinute: number;
  /** For organizations without a plan of their own; 0 = unlimited. */
  /** Bearer token for /metrics; null: there are none. */
  metricsToken: string | null;
  planSeats: number;
  planOpensPerMinute: number;
  /** The mail server for invitations and forgotten passwords; null: links are shown to hand on. */
  smtpUrl: string | null;
  /** CIDRs and addresses that destinations may reach although they are no public ones. */
  outboundAllow: readonly string[];
  /** Where a vendor's destinations are reached in place of its own address; for fakes and proxies. */
  destinationsUrls: Readonly<Record<string, string>>;
  /** Where `networks update` downloads a list by its name instead of from its publisher; "off" leaves it out. */
  networksUrls: Readonly<Record<string, string>>;
  logLevel: (typeof LOG_LEVELS)[number];
}>;

/** Thrown when the environment is wrong; the message names each variable, what it held and what was expected. */
export class ConfigError extends Error {}

const httpUrl = z.string().refine((text) => /^https?:\/\/[^/]+$/.test(text.replace(/\/$/, '')) && URL.canParse(text), {
  error: 'an address such as https://mail.example.com, without a path',
});
const wholeNumber = (min: number, max: number) =>
  z.string().refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, {
    error: `a whole number from ${min} to ${max}`,
  });

/** Each variable: how it is checked. Defaults are in `readConfig`; the README lists both. */
const VARIABLES = {
  PORT: wholeNumber(0, 65_535),
  HOST: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or an IP address'),
  DATA_DIR: z.string().min(1, 'a folder'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/.+/, 'an address such as postgres://user:password@host:5432/database'),
  REDIS_URL: z.string().refine((text) => /^rediss?:\/\/[^/]+/.test(text) && URL.canParse(text), {
    error: 'an address such as redis://:password@host:6379/0, or rediss:// with TLS',
  }),
  PUBLIC_URL: httpUrl,
  PIXEL_URL: httpUrl,
  APP_SECRET: z.string().min(32, 'at least 32 characters, such as the output of: openssl rand -base64 48'),
  TRUST_PROXY: z.string().refine((text) => parseTrustProxy(text) !== null, {
    error: 'a number of hops (0 to 16), or addresses and CIDRs separated by commas, such as 10.0.0.0/8,::1',
  }),
  SPOOL_SYNC: z.enum(['durable', 'fast'], { error: 'durable or fast' }),
  SPOOL_BYTES_MAX: wholeNumber(16_777_216, 1_099_511_627_776),
  PIXEL_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000),
  IP_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000),
  METRICS_TOKEN: z.string().min(16, 'at least 16 characters'),
  PLAN_SEATS: wholeNumber(0, 1_000_000),
  PLAN_OPENS_PER_MINUTE: wholeNumber(0, 100_000_000),
  SMTP_URL: z.string().refine((text) => /^smtps?:\/\/[^/\s]+/.test(text) && URL.canParse(text), {
    error: 'an address such as smtp://user:password@mail.example.com:587?from=crm@example.com',
  }),
  OUTBOUND_ALLOW: z.string().refine((text) => parseCidrs(text) !== null, {
    error: 'addresses and CIDRs separated by commas, such as 10.0.0.0/8,fd00::/8',
  }),
  DESTINATIONS_URLS: z.string().refine((text) => parseDestinationsUrls(text) !== null, {
    error: 'vendors and addresses separated by commas, such as slack=http://127.0.0.1:4010',
  }),
  NETWORKS_URLS: z.string().refine((text) => parseNetworksUrls(text) !== null, {
    error: 'lists and addresses separated by commas, such as apple-relay=https://mirror.example/list.csv,amazon=off',
  }),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(', ')}` }),
} as const;

const SECRET_VARIABLES = ['APP_SECRET', 'METRICS_TOKEN', 'DATABASE_URL', 'REDIS_URL', 'SMTP_URL'];

/** Reads and checks the environment. An empty variable counts as not set. Throws ConfigError naming every wrong one. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const wrong: string[] = [];
  const read = (name: keyof typeof VARIABLES): string | null => {
    const text = environment[name];
    if (text === undefined || text === '') return null;
    const parsed = VARIABLES[name].safeParse(text);
    if (parsed.success) return text;
    const held = SECRET_VARIABLES.includes(name) ? '' : `, got "${text}"`;
    wrong.push(`${name}: expected ${parsed.error.issues[0]?.message}${held}`);
    return null;
  };
  const port = Number(read('PORT') ?? 3000);
  const publicUrl = (read('PUBLIC_URL') ?? `http://localhost:${port}`).replace(/\/$/, '');
  const config: Config = {
    port,
    host: read('HOST') ?? '0.0.0.0',
    dataDir: resolve(read('DATA_DIR') ?? './data'),
    databaseUrl: read('DATABASE_URL'),
    redisUrl: read('REDIS_URL'),
    publicUrl,
    pixelUrl: (read('PIXEL_URL') ?? publicUrl).replace(/\/$/, ''),
    appSecret: read('APP_SECRET'),
    trustProxy: parseTrustProxy(read('TRUST_PROXY') ?? '') ?? [],
    spoolSync: (read('SPOOL_SYNC') ?? 'durable') as Config['spoolSync'],
    spoolBytesMax: Number(read('SPOOL_BYTES_MAX') ?? 4 * 1024 ** 3),
    pixelLimitPerMinute: Number(read('PIXEL_LIMIT_PER_MINUTE') ?? 60),
    ipLimitPerMinute: Number(read('IP_LIMIT_PER_MINUTE') ?? 100),
    metricsToken: read('METRICS_TOKEN'),
    planSeats: Number(read('PLAN_SEATS') ?? 0),
    planOpensPerMinute: Number(read('PLAN_OPENS_PER_MINUTE') ?? 0),
    smtpUrl: read('SMTP_URL'),
    outboundAllow: parseCidrs(read('OUTBOUND_ALLOW') ?? '') ?? [],
    destinationsUrls: parseDestinationsUrls(read('DESTINATIONS_URLS') ?? '') ?? {},
    networksUrls: parseNetworksUrls(read('NETWORKS_URLS') ?? '') ?? {},
    logLevel: (read('LOG_LEVEL') ?? 'info') as Config['logLevel'],
  };
  if (wrong.length > 0) throw new ConfigError(`Wrong settings in the environment:\n  ${wrong.join('\n  ')}`);
  return Object.freeze(config);
}

/** A hop count, or addresses and CIDRs; null when it is neither. */
function parseTrustProxy(text: string): readonly string[] | number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text) <= 16 ? Number(text) : null;
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.every((part) => /^[0-9a-fA-F:.]+(\/\d{1,3})?$/.test(part)) ? parts : null;
}

/** Each an IP address, with or without a prefix length that fits it; null when one is not. */
function parseCidrs(text: string): readonly string[] | null {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const isRange = (part: string): boolean => {
    const [address = '', bits, ...more] = part.split('/');
    const family = isIP(address);
    const isLength = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
    return family !== 0 && isLength && more.length === 0;
  };
  return parts.every(isRange) ? parts : null;
}

/** `vendor=address` pairs; null when one is not. */
function parseDestinationsUrls(text: string): Readonly<Record<string, string>> | null {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => /^(slack|discord|hubspot|pipedrive)=(https?:\/\/[^\s/]+)\/?$/.exec(pair));
  if (!pairs.every((pair) => pair !== null && URL.canParse(pair[2] ?? ''))) return null;
  return Object.freeze(Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]])));
}

/** `name=address` pairs; null when one is neither an http address nor "off". */
function parseNetworksUrls(text: string): Readonly<Record<string, string>> | null {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => /^([a-z0-9-]+)=(off|https?:\/\/\S+)$/.exec(pair));
  if (!pairs.every((pair) => pair !== null && (pair[2] === 'off' || URL.canParse(pair[2] ?? '')))) return null;
  return Object.freeze(Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]])));
}
