import { createMailer } from '../accounts/create-mailer.ts';
import { startDelivery } from '../deliver/start-delivery.ts';
import { openDelivery } from './open-delivery.ts';
import type { Parts } from './open-parts.ts';

/** The role `deliver`, once the database is ready: from the outbox to the destinations. */
export async function startDeliver(parts: Parts): Promise<void> {
  const { config, metrics, closers } = parts;
  const mailer = config.smtpUrl === null ? null : createMailer(config.smtpUrl, config.publicUrl);
  if (mailer !== null) closers.push(async () => mailer.close());
  const deliverer = startDelivery({
    context: openDelivery(parts),
    metrics,
    sendLetter: mailer === null ? null : (letter) => mailer.send(letter),
  });
  closers.push(() => deliverer.stop());
}
