import type { DestinationKind, MessageDeal, SendResult, SendTools, Target } from '../../destination-kind.ts';
import type { SafeAnswer } from '../../safe-fetch.ts';
import { endTry, openExchange, type Price } from '../crm-exchange.ts';
import { openPipedrive, PIPEDRIVE_BASE } from './open-pipedrive.ts';
import { toPipedriveEnd, toTomorrow } from './to-pipedrive-end.ts';
import { tellTest, writePipedriveNote } from './write-pipedrive-note.ts';

// In: a message of a campaign that a member tied to a deal or person of Pipedrive. Out: the one note that the campaign
// has there (developers.pipedrive.com, notes of version 1; where those are gone, one finished activity). What must never
// happen: a second note because an answer was lost, a person looked for that the member did not name, or the customer's
// daily tokens spent on us alone.

const TOKEN = /^[A-Za-z0-9]{20,128}$/;
// The smallest plan has 30,000 tokens a day and 20 requests in 2 s; the customer's other tools keep a half.
const BURST = { name: 'burst', tokens: 10, windowMs: 2_000 };
const DAILY = { name: 'daily', tokens: 15_000, windowMs: 24 * 60 * 60 * 1_000 };

export const pipedrive: DestinationKind = {
  type: 'pipedrive',
  // One at a time: two tries side by side would each find no note and make one.
  pace: { concurrency: 1, perSecond: 3, burst: 5 },
  parseConfig: ({ url, token }) => {
    if (url !== undefined)
      return { ok: false, errors: [{ field: 'url', message: 'Pipedrive needs an API token and no address.' }] };
    const typed = token?.trim() ?? '';
    const message = 'The personal API token of Pipedrive: 40 letters and digits.';
    if (!TOKEN.test(typed)) return { ok: false, errors: [{ field: 'token', message }] };
    return { ok: true, config: { url: null, token: typed, label: `API token …${typed.slice(-4)}` } };
  },
  send: async (message, target, tools) => {
    if (message.type !== 'test' && !isTied(message.deal)) return NOT_TIED;
    const exchange = openExchange(tools, toPrice, (answer) => learn(tools, answer));
    const steps = async (): Promise<SendResult> => {
      const api = await openPipedrive(exchange, { base: toBase(tools), token: toToken(target) });
      const note = { api, exchange, memory: target.memory };
      return message.type === 'test' ? tellTest(note) : writePipedriveNote(note, message);
    };
    return endTry(exchange, [toToken(target)], { steps, read: (answer) => toPipedriveEnd(answer, tools.clock.now()) });
  },
};

const NOT_TIED: SendResult = {
  outcome: 'give_up',
  status: null,
  answer: 'The campaign names no deal and no person of Pipedrive.',
  reason: 'no_crm_link',
  disable: null,
};

/** What requests take from the day's tokens, by the reference pages; others 20, the dearest of ours. */
const COSTS: Readonly<Record<string, number>> = {
  'POST /v1/notes': 10,
  'PUT /v1/notes': 10,
  'POST /api/v2/activities': 5,
  'PATCH /api/v2/activities': 5,
  'GET /api/v2/activities': 10,
  'GET /api/v2/deals': 10,
  'GET /v1/users': 2,
};
const COST_MAX = 20;

function toPrice(method: string, { pathname }: URL): Price {
  const place = /\/(v1|api\/v2)\/[a-z]+/.exec(pathname)?.[0] ?? '';
  return {
    limits: [
      { limit: BURST, cost: 1 },
      { limit: DAILY, cost: COSTS[`${method} ${place}`] ?? COST_MAX },
    ],
  };
}

/** What the customer's other tools spent is only in the headers. A half of the plan's day is never touched. */
async function learn({ budget, clock }: SendTools, { headers }: SafeAnswer): Promise<void> {
  const remaining = toTokens(headers.get('x-daily-ratelimit-token-remaining'));
  if (remaining === null) return;
  const limit = toTokens(headers.get('x-daily-ratelimit-token-limit')) ?? 2 * DAILY.tokens;
  await budget.learn(DAILY, Math.max(0, remaining - Math.ceil(limit / 2)), toTomorrow(clock.now()));
}

function toTokens(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null;
}

function isTied(deal: MessageDeal | null): boolean {
  return Boolean(deal?.pipedriveDealId ?? deal?.pipedrivePersonId ?? deal?.contactEmail);
}

function toBase({ baseUrls }: SendTools): string {
  return (baseUrls.pipedrive ?? PIPEDRIVE_BASE).replace(/\/+$/, '');
}

function toToken({ secrets }: Target): string {
  return secrets.current ?? '';
}
