import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** Standard Webhooks: 24 to 64. */
const SECRET_BYTES = 32;

/** `v1,<base64 of HMAC-SHA-256>` of "id.seconds.body"; the key is what stands in base64 behind the prefix. */
export function signWebhook(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

export function createWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}
