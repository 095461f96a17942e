import type { SendResult } from '../../destination-kind.ts';
import { parseRetryAfterMs } from '../../parse-retry-after.ts';
import type { SafeAnswer } from '../../safe-fetch.ts';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

/** The daily limit is renewed at midnight of the account, which no answer tells. */
const LIMIT_WAITS_MS: Readonly<Record<string, number>> = {
  DAILY: HOUR,
  TEN_SECONDLY_ROLLING: 10 * SECOND,
  SECONDLY: SECOND,
};
const LIMIT_WAIT_MS = 10 * SECOND;
/** 423: the record is locked for 2 s. 477: the account moves between data centres, up to a day. */
const WAITS_MS: Readonly<Record<number, number>> = { 423: 2 * SECOND, 477: HOUR };

/** What an error of HubSpot ends in (developers.hubspot.com/docs/api-reference/error-handling). */
export function toHubspotEnd({ status, headers, text }: SafeAnswer, now: number): SendResult {
  const { category, policyName } = parseError(text);
  const askedMs = parseRetryAfterMs(headers.get('retry-after'), now);
  if (status === 401) return { outcome: 'give_up', status, answer: text, reason: 'token_revoked', disable: 'revoked' };
  if (status === 403) {
    const reason = category === 'MISSING_SCOPES' ? 'missing_scopes' : 'forbidden';
    return { outcome: 'give_up', status, answer: text, reason, disable: 'misconfigured' };
  }
  if (status === 429) {
    const retryAfterMs = askedMs ?? LIMIT_WAITS_MS[policyName] ?? LIMIT_WAIT_MS;
    const reason = policyName === 'DAILY' ? 'daily_limit' : 'rate_limited';
    return { outcome: 'retry', status, answer: text, reason, retryAfterMs, isUncounted: true };
  }
  const waitMs = WAITS_MS[status];
  if (waitMs !== undefined) {
    const retryAfterMs = askedMs ?? waitMs;
    const reason = status === 423 ? 'locked' : 'migrating';
    return { outcome: 'retry', status, answer: text, reason, retryAfterMs, isUncounted: true };
  }
  const reason = `status_${status}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 409)
    return { outcome: 'give_up', status, answer: text, reason, disable: null };
  return { outcome: 'retry', status, answer: text, reason, ...(askedMs === null ? {} : { retryAfterMs: askedMs }) };
}

function parseError(text: string): { category: string; policyName: string } {
  try {
    const body = JSON.parse(text) as { category?: unknown; policyName?: unknown } | null;
    return { category: String(body?.category ?? ''), policyName: String(body?.policyName ?? '') };
  } catch {
    return { category: '', policyName: '' };
  }
}
