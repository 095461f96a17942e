import type { Databases } from '../db/open-databases.ts';
import type { DestinationType } from '../domain/destination.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { createSafeFetch } from './create-safe-fetch.ts';
import { createOutboundRules, type OutboundRules } from './outbound-rules.ts';
import type { ResolveHost } from './resolve-host.ts';
import type { SafeFetch } from './safe-fetch.ts';

/** What sending takes, wherever it is done: in the deliverer, and in the web server for a test message. */
export interface DeliveryContext {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
  /** toPurposeKey(appSecret, 'destination'). */
  readonly secretKey: Buffer;
  /** Links in messages begin with it. */
  readonly publicUrl: string;
  readonly rules: OutboundRules;
  readonly fetch: SafeFetch;
  readonly baseUrls: Readonly<Partial<Record<DestinationType, string>>>;
  /** For one request. */
  readonly timeoutMs: number;
  close(): Promise<void>;
}

export interface DeliveryOptions {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
  readonly secretKey: Buffer;
  readonly publicUrl: string;
  /** OUTBOUND_ALLOW. */
  readonly outboundAllow: readonly string[];
  /** In place of the vendors' own addresses: the operator's or a test's. */
  readonly baseUrls?: Readonly<Partial<Record<DestinationType, string>>>;
  readonly timeoutMs?: number;
  readonly resolve?: ResolveHost;
}

const TIMEOUT_MS = 15_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function createDeliveryContext(options: DeliveryOptions): DeliveryContext {
  const { outboundAllow, resolve, baseUrls = {}, timeoutMs = TIMEOUT_MS, ...rest } = options;
  const isTrial = LOOPBACK.test(new URL(options.publicUrl).hostname);
  const rules = createOutboundRules({ allow: outboundAllow, isTrial });
  const client = createSafeFetch({ rules, ...(resolve === undefined ? {} : { resolve }) });
  return { ...rest, rules, baseUrls, timeoutMs, fetch: client.fetch, close: client.close };
}
