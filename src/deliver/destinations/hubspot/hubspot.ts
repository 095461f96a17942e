import type { DestinationKind, MessageDeal, SendResult, SendTools, Target } from '../../destination-kind.ts';
import { endTry, openExchange, type Price } from '../crm-exchange.ts';
import { HUBSPOT_BASE, openHubspot } from './open-hubspot.ts';
import { toHubspotEnd } from './to-hubspot-end.ts';
import { tellTest, writeHubspotNote } from './write-hubspot-note.ts';

// In: a message of a campaign that a member tied to a deal or contact of HubSpot. Out: the one note that the campaign
// has there, made once and patched ever after (developers.hubspot.com/docs/api-reference/crm-notes-v3). What must never
// happen: a second note because an answer was lost, or a contact looked for that the member did not name.

const TOKEN = /^[\w-]{20,255}$/;
// The smallest plan has 100 requests in 10 s and 250,000 a day; the customer's other tools keep a half.
const BURST = { name: 'burst', tokens: 50, windowMs: 10_000 };
const DAILY = { name: 'daily', tokens: 125_000, windowMs: 24 * 60 * 60 * 1_000 };
const PRICE: Price = {
  limits: [
    { limit: BURST, cost: 1 },
    { limit: DAILY, cost: 1 },
  ],
};

export const hubspot: DestinationKind = {
  type: 'hubspot',
  // One at a time: two tries side by side would each find no note and make one.
  pace: { concurrency: 1, perSecond: 5, burst: 10 },
  parseConfig: ({ url, token }) => {
    if (url !== undefined)
      return {
        ok: false,
        errors: [{ field: 'url', message: 'HubSpot needs the token of a private app and no address.' }],
      };
    const typed = token?.trim() ?? '';
    if (!TOKEN.test(typed))
      return {
        ok: false,
        errors: [{ field: 'token', message: 'The access token of a private app, such as pat-eu1-….' }],
      };
    return { ok: true, config: { url: null, token: typed, label: `private app …${typed.slice(-4)}` } };
  },
  send: async (message, target, tools) => {
    if (message.type !== 'test' && !isTied(message.deal)) return NOT_TIED;
    const exchange = openExchange(tools, () => PRICE);
    const steps = async (): Promise<SendResult> => {
      const api = await openHubspot(exchange, { base: toBase(tools), token: toToken(target) });
      const note = { api, exchange, memory: target.memory };
      return message.type === 'test' ? tellTest(note, message) : writeHubspotNote(note, message);
    };
    return endTry(exchange, [toToken(target)], { steps, read: (answer) => toHubspotEnd(answer, tools.clock.now()) });
  },
};

const NOT_TIED: SendResult = {
  outcome: 'give_up',
  status: null,
  answer: 'The campaign names no deal and no contact of HubSpot.',
  reason: 'no_crm_link',
  disable: null,
};

function isTied(deal: MessageDeal | null): boolean {
  return Boolean(deal?.hubspotDealId ?? deal?.hubspotContactId ?? deal?.contactEmail);
}

function toBase({ baseUrls }: SendTools): string {
  return (baseUrls.hubspot ?? HUBSPOT_BASE).replace(/\/+$/, '');
}

function toToken({ secrets }: Target): string {
  return secrets.current ?? '';
}
