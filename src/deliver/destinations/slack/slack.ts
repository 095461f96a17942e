import type { DestinationKind, SendResult } from '../../destination-kind.ts';
import { parseRetryAfterMs } from '../../parse-retry-after.ts';
import type { SafeAnswer } from '../../safe-fetch.ts';
import { parseHookUrl, toHookUrl } from '../to-hook-url.ts';
import { tryHook } from '../try-hook.ts';
import { toSlackMessage } from './to-slack-message.ts';

// In: a message. Out: one POST to an incoming webhook (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
// Slack answers in text: `ok`, or the name of what is wrong. What must never happen: a mention, or another try at a
// hook that Slack has closed.

const PATH = /^\/services\/[A-Za-z0-9]+\/[A-Za-z0-9]+\/[A-Za-z0-9]+$/;
const EXPECTED = 'An incoming webhook of Slack, such as https://hooks.slack.com/services/T…/B…/….';

export const slack: DestinationKind = {
  type: 'slack',
  // One message a second and channel, short bursts above it.
  pace: { concurrency: 1, perSecond: 1, burst: 3 },
  parseConfig: ({ url, token }, { baseUrls }) => {
    if (token !== undefined)
      return { ok: false, errors: [{ field: 'token', message: 'Slack needs the webhook address and no token.' }] };
    const parsed = parseHookUrl(url ?? '', ['hooks.slack.com'], baseUrls.slack);
    if (!parsed || !PATH.test(parsed.pathname)) return { ok: false, errors: [{ field: 'url', message: EXPECTED }] };
    const address = parsed.origin + parsed.pathname;
    return { ok: true, config: { url: address, token: null, label: `${parsed.host}/…/${address.slice(-4)}` } };
  },
  send: (message, target, tools) => {
    const url = toHookUrl(target.url ?? '', tools.baseUrls.slack);
    const credentials = [url, target.url, new URL(url).pathname, new URL(url).pathname.split('/').at(-1) ?? null];
    return tryHook({ url, body: toSlackMessage(message), credentials }, tools, (answer) => {
      const result = toResult(answer, tools.clock.now());
      // Slack did not like what we made: nobody but us can mend that.
      if (result.outcome === 'give_up' && result.disable === null)
        tools.log.error({ deliveryId: message.deliveryId, reason: result.reason }, 'slack.refused');
      return result;
    });
  },
};

type Closed = 'gone' | 'revoked' | 'misconfigured';

/** Errors that no later message heals, by the name in Slack's answer. */
const CLOSED: Readonly<Record<string, Closed>> = {
  invalid_token: 'revoked',
  no_team: 'revoked',
  team_disabled: 'revoked',
  no_service: 'gone',
  no_service_id: 'gone',
  channel_not_found: 'gone',
  channel_is_archived: 'gone',
  action_prohibited: 'misconfigured',
  posting_to_general_channel_denied: 'misconfigured',
};
/** Named by Slack too; what they end in is told by the status. */
const OTHERS = [
  'invalid_payload',
  'invalid_blocks',
  'msg_blocks_too_long',
  'no_text',
  'user_not_found',
  'rollup_error',
];
const CLOSED_STATUSES: Readonly<Record<number, Closed>> = { 403: 'misconfigured', 404: 'gone', 410: 'gone' };
const LIMIT_WAIT_MS = 1_000;

function toResult({ status, headers, text }: SafeAnswer, now: number): SendResult {
  const named = text.trim().slice(0, 80);
  const name = named in CLOSED || OTHERS.includes(named) ? named : `status_${status}`;
  if (status === 200)
    return named === 'ok'
      ? { outcome: 'delivered', status, answer: text }
      : { outcome: 'retry', status, answer: text, reason: 'unexpected_answer' };
  const asked = parseRetryAfterMs(headers.get('retry-after'), now);
  if (status === 429) {
    const retryAfterMs = asked ?? LIMIT_WAIT_MS;
    return { outcome: 'retry', status, answer: text, reason: 'rate_limited', retryAfterMs, isUncounted: true };
  }
  const closed = status >= 400 && status < 500 ? (CLOSED[named] ?? CLOSED_STATUSES[status]) : undefined;
  if (closed) return { outcome: 'give_up', status, answer: text, reason: name, disable: closed };
  if (status >= 400 && status < 500 && status !== 408)
    return { outcome: 'give_up', status, answer: text, reason: name, disable: null };
  return { outcome: 'retry', status, answer: text, reason: name, ...(asked === null ? {} : { retryAfterMs: asked }) };
}
