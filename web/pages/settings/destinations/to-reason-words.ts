import type { Words } from '../../../messages/use-words.ts';

type Key = Extract<Parameters<Words<'destinations'>>[0], `reason${string}`>;

const KEYS: Readonly<Record<string, Exclude<Key, 'reasonStatus' | 'reasonOther'>>> = {
  timeout: 'reasonTimeout',
  reset: 'reasonReset',
  unreachable: 'reasonUnreachable',
  tls: 'reasonTls',
  blocked: 'reasonBlocked',
  rate_limited: 'reasonRateLimited',
  rate_limited_global: 'reasonRateLimited',
  daily_limit: 'reasonDailyLimit',
  budget_daily: 'reasonBudget',
  budget_burst: 'reasonBudget',
  token_revoked: 'reasonRevoked',
  invalid_token: 'reasonRevoked',
  missing_scopes: 'reasonScopes',
  no_crm_link: 'reasonNotTied',
  deal_not_found: 'reasonNotFound',
  contact_not_found: 'reasonNotFound',
  person_not_found: 'reasonNotFound',
  unexpected_answer: 'reasonUnexpected',
  redirect: 'reasonRedirect',
  gone: 'reasonGone',
  no_service: 'reasonGone',
  channel_not_found: 'reasonGone',
  channel_is_archived: 'reasonGone',
  discord_10015: 'reasonGone',
  withdrawn: 'reasonWithdrawn',
};

/** A reason's code in words; one that has none yet is shown as it is. */
export function toReasonWords(code: string, words: Words<'destinations'>): string {
  const key = KEYS[code];
  if (key !== undefined) return words(key);
  const status = /^status_(\d{3})$/.exec(code)?.[1];
  return status === undefined ? words('reasonOther', { code }) : words('reasonStatus', { status });
}
