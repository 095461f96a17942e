import type { DestinationKind, SendResult } from '../../destination-kind.ts';
import { parseRetryAfterMs, WAIT_MS_MAX } from '../../parse-retry-after.ts';
import type { SafeAnswer } from '../../safe-fetch.ts';
import { parseHookUrl, toHookUrl } from '../to-hook-url.ts';
import { tryHook } from '../try-hook.ts';
import { toDiscordMessage } from './to-discord-message.ts';

// In: a message. Out: one POST to a webhook (docs.discord.com/developers/resources/webhook) with wait=true: without it a
// message that Discord did not keep gives no error. What must never happen: a mention, or another try at a webhook that
// answered 401, 403 or 404: 10,000 of those in 10 minutes ban this server's address for every organization on it.

const HOSTS = ['discord.com', 'discordapp.com', 'ptb.discord.com', 'canary.discord.com'];
const PATH = /^\/api(\/v\d{1,2})?\/webhooks\/\d{1,20}\/[\w-]+$/;
const EXPECTED = 'A webhook of a Discord channel, such as https://discord.com/api/webhooks/1234…/….';

export const discord: DestinationKind = {
  type: 'discord',
  // Discord tells its limits as it goes; 5 in 2 s is what channels have had, half of it is what we use.
  pace: { concurrency: 1, perSecond: 1, burst: 4 },
  parseConfig: ({ url, token }, { baseUrls }) => {
    if (token !== undefined)
      return { ok: false, errors: [{ field: 'token', message: 'Discord needs the webhook address and no token.' }] };
    const parsed = parseHookUrl(url ?? '', HOSTS, baseUrls.discord);
    const path = parsed?.pathname.replace(/\/(slack|github)$/, '') ?? '';
    if (!parsed || !PATH.test(path)) return { ok: false, errors: [{ field: 'url', message: EXPECTED }] };
    const thread = parsed.searchParams.get('thread_id');
    const address = `${parsed.origin}${path}${thread !== null && /^\d{1,20}$/.test(thread) ? `?thread_id=${thread}` : ''}`;
    return { ok: true, config: { url: address, token: null, label: `${parsed.host}/…/${path.slice(-4)}` } };
  },
  send: (message, target, tools) => {
    const url = new URL(toHookUrl(target.url ?? '', tools.baseUrls.discord));
    const credentials = [url.href, target.url, url.pathname, url.pathname.split('/').at(-1) ?? null];
    url.searchParams.set('wait', 'true');
    return tryHook({ url: url.href, body: toDiscordMessage(message), credentials }, tools, (answer) => {
      const result = toResult(answer, tools.clock.now());
      if (result.outcome === 'give_up' && result.disable === null)
        tools.log.error({ deliveryId: message.deliveryId, reason: result.reason }, 'discord.refused');
      return result;
    });
  },
};

/** Unknown webhook, invalid webhook token, and what a forum channel asks for. */
const CODES: Readonly<Record<number, 'gone' | 'revoked' | 'misconfigured'>> = {
  10015: 'gone',
  50027: 'revoked',
  220001: 'misconfigured',
  220003: 'misconfigured',
};
const CLOSED_STATUSES: Readonly<Record<number, 'gone' | 'revoked' | 'misconfigured'>> = {
  401: 'revoked',
  403: 'misconfigured',
  404: 'gone',
};
/** What Cloudflare's ban of an address lasts at least. */
const BAN_WAIT_MS = 60_000;

function toResult(answer: SafeAnswer, now: number): SendResult {
  const { status, text } = answer;
  const body = parseBody(text);
  if (status >= 200 && status < 300)
    return typeof body.id === 'string'
      ? { outcome: 'delivered', status, answer: text }
      : { outcome: 'retry', status, answer: text, reason: 'unexpected_answer' };
  if (status === 429) {
    const retryAfterMs = toWaitMs(answer, body, now);
    const reason = body.global === true ? 'rate_limited_global' : 'rate_limited';
    return { outcome: 'retry', status, answer: text, reason, retryAfterMs, isUncounted: true };
  }
  const reason = typeof body.code === 'number' && body.code !== 0 ? `discord_${body.code}` : `status_${status}`;
  const closed = CODES[typeof body.code === 'number' ? body.code : 0] ?? CLOSED_STATUSES[status];
  if (closed) return { outcome: 'give_up', status, answer: text, reason, disable: closed };
  if (status >= 400 && status < 500 && status !== 408)
    return { outcome: 'give_up', status, answer: text, reason, disable: null };
  return { outcome: 'retry', status, answer: text, reason };
}

/** The body's retry_after is the exact one, in seconds with a fraction; a ban has only the header. */
function toWaitMs({ headers }: SafeAnswer, body: Readonly<Record<string, unknown>>, now: number): number {
  if (typeof body.retry_after === 'number' && body.retry_after > 0)
    return Math.min(Math.ceil(body.retry_after * 1_000), WAIT_MS_MAX);
  return parseRetryAfterMs(headers.get('retry-after'), now) ?? BAN_WAIT_MS;
}

function parseBody(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
