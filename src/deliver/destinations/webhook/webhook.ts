import type { DestinationKind, Message, SendResult, Target } from '../../destination-kind.ts';
import { parseRetryAfterMs } from '../../parse-retry-after.ts';
import type { SafeAnswer } from '../../safe-fetch.ts';
import { SendError } from '../../safe-fetch.ts';
import { signWebhook } from './sign-webhook.ts';

// In: a message. Out: one POST by Standard Webhooks 1.0 (github.com/standard-webhooks): a thin payload, the delivery's id
// as webhook-id over all tries, signed with each secret that holds. What must never happen: a redirect followed, or
// anything in the body beyond what product.md section 10 names.

const URL_CHARS_MAX = 2_048;

export const webhook: DestinationKind = {
  type: 'webhook',
  pace: { concurrency: 32, perSecond: 1_000, burst: 1_000 },
  parseConfig: ({ url, token }, { isAllowedUrl }) => {
    if (token !== undefined) return refuse('token', 'A webhook has no token: its secret is made here and shown once.');
    if (url === undefined) return refuse('url', 'The address to send to is missing.');
    if (url.length > URL_CHARS_MAX) return refuse('url', `The address is longer than ${URL_CHARS_MAX} characters.`);
    const refusal = isAllowedUrl(url);
    if (refusal !== null) return refuse('url', refusal);
    const { href, host, pathname } = new URL(url);
    // A path is often the receiver's password.
    return { ok: true, config: { url: href, token: null, label: pathname === '/' ? host : `${host}/…` } };
  },
  send: async (message, target, { fetch, clock, timeoutMs }) => {
    const now = clock.now();
    const body = toBody(message);
    const headers = { ...toHeaders(message.deliveryId, now, { body, secrets: target.secrets }) };
    try {
      return toResult(await fetch(target.url ?? '', { method: 'POST', headers, body, timeoutMs }), now);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      return { outcome: 'retry', status: null, answer: error.message, reason: error.fault };
    }
  },
};

function refuse(field: 'url' | 'token', message: string) {
  return { ok: false as const, errors: [{ field, message }] };
}

function toBody({ type, at, payload }: Message): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data: payload });
}

interface Signed {
  readonly body: string;
  readonly secrets: Target['secrets'];
}

function toHeaders(id: string, now: number, { body, secrets }: Signed): Record<string, string> {
  const seconds = Math.floor(now / 1000);
  const signatures = [secrets.current, secrets.previous].flatMap((secret) =>
    secret === null ? [] : signWebhook(secret, `${id}.${seconds}.${body}`),
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'MailTracker-Webhook/1',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}

/** Only 2xx is success; a redirect is a failure like any other. */
function toResult({ status, headers, text }: SafeAnswer, now: number): SendResult {
  if (status >= 200 && status < 300) return { outcome: 'delivered', status, answer: text };
  if (status === 410) return { outcome: 'give_up', status, answer: text, reason: 'gone', disable: 'gone' };
  const retryAfterMs = parseRetryAfterMs(headers.get('retry-after'), now);
  const asked = retryAfterMs === null ? THROTTLES[status] : retryAfterMs;
  const reason = status >= 300 && status < 400 ? 'redirect' : `status_${status}`;
  return { outcome: 'retry', status, answer: text, reason, ...(asked === undefined ? {} : { retryAfterMs: asked }) };
}

/** Overload: the destination as a whole waits at least as long, also when it does not say so. */
const THROTTLES: Readonly<Record<number, number>> = { 429: 60_000, 502: 5_000, 504: 5_000 };
