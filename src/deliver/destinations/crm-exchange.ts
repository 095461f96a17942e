import type { BudgetLimit, SendResult, SendTools } from '../destination-kind.ts';
import type { SafeAnswer, SafeRequest } from '../safe-fetch.ts';
import { SendError } from '../safe-fetch.ts';
import { hideCredentials } from './hide-credentials.ts';

// The line on which a vendor's SDK talks: each of its requests passes here, pays from the destination's budget, leaves
// through the safe fetch (own timeout, no redirects, no proxy of the environment) and leaves its answer behind, so that
// status and headers are at hand although the SDKs hide them in their errors.

/** All requests of one try together, in timeouts of one: the try must be over before its lease is. */
const TRY_TIMEOUTS = 3;

export interface CrmExchange {
  request(url: string, asked: Omit<SafeRequest, 'timeoutMs'>): Promise<SafeAnswer>;
  /** The answer to the last request, null when it got none. */
  last(): SafeAnswer | null;
}

export interface Price {
  /** Of each limit, what one request takes. */
  readonly limits: readonly { readonly limit: BudgetLimit; readonly cost: number }[];
}

export function openExchange(
  { fetch, budget, timeoutMs }: Pick<SendTools, 'fetch' | 'budget' | 'timeoutMs'>,
  toPrice: (method: string, url: URL) => Price,
  onAnswer: (answer: SafeAnswer) => Promise<void> = async () => {},
): CrmExchange {
  let last: SafeAnswer | null = null;
  let endsAt: number | null = null;
  return {
    request: async (url, asked) => {
      last = null;
      endsAt ??= performance.now() + TRY_TIMEOUTS * timeoutMs;
      const leftMs = Math.min(timeoutMs, Math.floor(endsAt - performance.now()));
      if (leftMs < 1) throw new SendError('timeout', 'No answer in time.');
      for (const { limit, cost } of toPrice(asked.method, new URL(url)).limits) {
        const waitMs = await budget.take(cost, limit);
        if (waitMs !== null) throw new BudgetSpent(limit.name, waitMs);
      }
      last = await fetch(url, { ...asked, timeoutMs: leftMs });
      await onAnswer(last);
      return last;
    },
    last: () => last,
  };
}

/** Our own limit, kept below the vendor's: no request was made. */
export class BudgetSpent extends Error {
  readonly waitMs: number;
  readonly limit: string;
  constructor(limit: string, waitMs: number) {
    super(`the ${limit} budget is spent`);
    this.limit = limit;
    this.waitMs = waitMs;
  }
}

/** A step that ended the try: the deal is not there, say. */
export class EndOfTry extends Error {
  readonly result: SendResult;
  constructor(result: SendResult) {
    super(result.outcome);
    this.result = result;
  }
}

/**
 * Runs the steps of one try. What goes wrong becomes its end: no budget and no answer are retries, an answer is what
 * `read` says, and an answer that says yes while its body says nothing readable is `unexpected_answer`.
 */
export async function endTry(
  exchange: CrmExchange,
  credentials: readonly (string | null)[],
  { steps, read }: { steps(): Promise<SendResult>; read(answer: SafeAnswer): SendResult },
): Promise<SendResult> {
  const result = await steps().catch((error: unknown): SendResult => {
    if (error instanceof EndOfTry) return error.result;
    if (error instanceof BudgetSpent) return toSpent(error);
    if (error instanceof SendError)
      return { outcome: 'retry', status: null, answer: error.message, reason: error.fault };
    const answer = exchange.last();
    if (answer === null) throw error;
    if (answer.status >= 200 && answer.status < 300) return toUnexpected(answer);
    return read(answer);
  });
  return { ...result, answer: hideCredentials(result.answer, credentials) };
}

function toSpent({ message, limit, waitMs }: BudgetSpent): SendResult {
  const reason = `budget_${limit}`;
  return { outcome: 'retry', status: null, answer: message, reason, retryAfterMs: waitMs, isUncounted: true };
}

export function toUnexpected({ status, text }: SafeAnswer): SendResult {
  return { outcome: 'retry', status, answer: text, reason: 'unexpected_answer' };
}
