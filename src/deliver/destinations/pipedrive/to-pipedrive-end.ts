import type { SendResult } from '../../destination-kind.ts';
import { parseRetryAfterMs } from '../../parse-retry-after.ts';
import type { SafeAnswer } from '../../safe-fetch.ts';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;
/** The burst limit's window. */
const BURST_WAIT_MS = 2 * SECOND;

/** What an error of Pipedrive ends in (pipedrive.readme.io/docs/core-api-concepts-http-status-codes). */
export function toPipedriveEnd(answer: SafeAnswer, now: number): SendResult {
  const { status, text, headers } = answer;
  const giveUp = (reason: string, disable: 'revoked' | 'misconfigured' | null): SendResult => {
    return { outcome: 'give_up', status, answer: text, reason, disable };
  };
  if (status === 429) return toLimited(answer, now);
  if (status === 401) return giveUp('token_revoked', 'revoked');
  if (status === 402) return giveUp('account_closed', 'misconfigured');
  if (status === 403) {
    // Whoever goes on over the limit is shut out by the network in front, which does not answer JSON.
    const isShutOut = !text.trimStart().startsWith('{');
    if (isShutOut) return { outcome: 'retry', status, answer: text, reason: 'shut_out', retryAfterMs: HOUR };
    return giveUp('forbidden', 'misconfigured');
  }
  if (status === 415) return giveUp('feature_not_enabled', 'misconfigured');
  if (status >= 400 && status < 500 && status !== 408 && status !== 409) return giveUp(`status_${status}`, null);
  const askedMs = parseRetryAfterMs(headers.get('retry-after'), now);
  const reason = status === 503 ? 'maintenance' : `status_${status}`;
  return { outcome: 'retry', status, answer: text, reason, ...(askedMs === null ? {} : { retryAfterMs: askedMs }) };
}

/** No Retry-After: the burst names its seconds in x-ratelimit-reset, the day is renewed at midnight. */
function toLimited({ status, headers, text }: SafeAnswer, now: number): SendResult {
  const isDaily = headers.get('x-daily-ratelimit-token-remaining') === '0' || /daily/i.test(text);
  const resetMs = parseRetryAfterMs(headers.get('x-ratelimit-reset'), now) ?? BURST_WAIT_MS;
  const retryAfterMs = isDaily ? toTomorrow(now).getTime() - now : Math.min(resetMs, HOUR);
  const reason = isDaily ? 'daily_limit' : 'rate_limited';
  return { outcome: 'retry', status, answer: text, reason, retryAfterMs, isUncounted: true };
}

/** Midnight of UTC, when the day's tokens are renewed. */
export function toTomorrow(now: number): Date {
  return new Date((Math.floor(now / DAY) + 1) * DAY);
}
