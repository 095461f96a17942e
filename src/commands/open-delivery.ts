import { createDeliveryContext, type DeliveryContext } from '../deliver/delivery-context.ts';
import type { Clock } from '../kit/clock.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import type { Parts } from './open-parts.ts';

/** What sending takes: the deliverer's own, and the web server's for test messages. */
export function openDelivery(parts: DeliveryParts): DeliveryContext {
  const { config, databases, clock, log, appSecret, closers } = parts;
  const context = createDeliveryContext({
    databases,
    clock,
    log,
    secretKey: toPurposeKey(appSecret, 'destination'),
    publicUrl: config.publicUrl,
    outboundAllow: config.outboundAllow,
    baseUrls: config.destinationsUrls,
  });
  closers.push(() => context.close());
  return context;
}

type DeliveryParts = Pick<Parts, 'config' | 'databases' | 'log' | 'appSecret' | 'closers'> & { readonly clock: Clock };
