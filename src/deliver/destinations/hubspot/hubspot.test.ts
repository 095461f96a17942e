import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTrial, HOT_SIGNAL, type Trial } from '../../../../tests/support/fakes/create-trial.ts';
import type { Fault } from '../../../../tests/support/fakes/start-fake.ts';
import {
  type HubspotFake,
  hubspotError,
  hubspotRateLimited,
  startHubspot,
} from '../../../../tests/support/fakes/start-hubspot.ts';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/test-database.ts';
import type { CampaignId, DeliveryId } from '../../../domain/ids.ts';
import type { JsonObject, Message, SendResult } from '../../destination-kind.ts';
import { hubspot } from './hubspot.ts';

let databases: TestDatabase;
let fake: HubspotFake;
let trial: Trial;

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  fake = await startHubspot();
  trial = await createTrial({ databases, kind: hubspot, base: fake.url, token: fake.token });
  return async () => {
    await trial.close();
    await fake.close();
  };
});
afterAll(() => databases.drop());

const ON_DEAL = { deal: { hubspotDealId: '101' } };

describe('one note per campaign and deal', () => {
  test('is made once, hangs on the deal, and is patched with what comes later', async () => {
    const first = await trial.send(ON_DEAL);
    expect(first).toMatchObject({ outcome: 'delivered', status: 201 });
    const second = await trial.send({ ...ON_DEAL, ...later(1) }, memoryOf(first));
    expect(second).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(fake.notes).toHaveLength(1);
    expect(fake.notes[0]).toMatchObject({ on: ['deals:101'], changes: 1, timestamp: '2026-11-20T10:01:00.000Z' });
    const [note] = fake.notes;
    expect(note?.body.indexOf('Spreading')).toBeLessThan(note?.body.indexOf('opened 3 times') ?? 0);
    expect(note?.body).toContain(`<a href="${HOT_SIGNAL.link}">`);
  });

  test('a message that is sent again stands in it once', async () => {
    const first = await trial.send(ON_DEAL);
    await trial.send(ON_DEAL, memoryOf(first));
    expect(fake.notes[0]?.body.split('opened 3 times')).toHaveLength(2);
  });

  test('a created note whose answer was lost is found again', async () => {
    fake.arm({ kind: 'lost' }, { operation: 'createNote' });
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'retry', status: null, reason: 'reset' });
    expect(fake.notes).toHaveLength(1);
    const again = await trial.send(ON_DEAL);
    expect(again).toMatchObject({ outcome: 'delivered', memory: { noteId: fake.notes[0]?.id, on: 'deals:101' } });
    expect(fake.notes).toHaveLength(1);
  });

  test('a created note whose answer never came is found again', async () => {
    fake.arm({ kind: 'hang' }, { operation: 'createNote' });
    expect(await trial.sendHastily(ON_DEAL)).toMatchObject({ outcome: 'retry', reason: 'timeout' });
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'delivered' });
    expect(fake.notes).toHaveLength(1);
  });

  test('an answer that is no note is no success, and makes no second note', async () => {
    fake.arm({ kind: 'answer', answer: { status: 200, body: '<html>login</html>' } }, { operation: 'createNote' });
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'retry', reason: 'unexpected_answer' });
    fake.arm({ kind: 'answer', answer: { status: 201, body: {} } }, { operation: 'createNote' });
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'retry', reason: 'unexpected_answer' });
  });

  test('another campaign’s note on the same deal is left alone', async () => {
    await trial.send(ON_DEAL);
    await trial.send({ ...ON_DEAL, campaignId: '0b0b0b0b-0000-4000-8000-00000000000b' as CampaignId });
    expect(fake.notes.map(({ changes }) => changes)).toEqual([0, 0]);
  });

  test('a note that somebody deleted in HubSpot is written anew', async () => {
    const first = await trial.send(ON_DEAL);
    fake.deleteNote(fake.notes[0]?.id ?? '');
    const second = await trial.send({ ...ON_DEAL, ...later(1) }, memoryOf(first));
    expect(second).toMatchObject({ outcome: 'delivered', memory: { noteId: fake.notes[0]?.id } });
    expect(fake.notes).toHaveLength(1);
  });

  test('a campaign that moved to another deal gets a note there', async () => {
    const first = await trial.send(ON_DEAL);
    await trial.send({ deal: { hubspotDealId: '102' }, ...later(1) }, memoryOf(first));
    expect(fake.notes.map(({ on }) => on)).toEqual([['deals:101'], ['deals:102']]);
    expect(fake.notes[1]?.body).not.toContain('opened 3 times');
  });

  test('a hundred signals keep the note short', async () => {
    let memory: JsonObject = {};
    for (let count = 0; count < 30; count += 1)
      memory = memoryOf(await trial.send({ ...ON_DEAL, ...later(count) }, memory));
    expect(fake.notes).toHaveLength(1);
    expect(fake.notes[0]?.body.match(/<li>/g)).toHaveLength(19);
  });

  test('markup in a name is text in the note', async () => {
    const campaignName = '<img src=x onerror=alert(1)>"\'&'.repeat(150);
    await trial.send({ ...ON_DEAL, campaignName, title: `Hot lead: ${campaignName}` });
    expect(fake.notes[0]?.body).not.toMatch(/<img/);
    expect(fake.notes[0]?.body).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });
});

describe('whom it is written to', () => {
  test('a contact by its id', async () => {
    await trial.send({ deal: { hubspotContactId: '501' } });
    expect(fake.notes[0]?.on).toEqual(['contacts:501']);
  });

  test('a contact by the address that the member entered', async () => {
    await trial.send({ deal: { contactEmail: 'Prospect@Customer.example' } });
    expect(fake.notes[0]?.on).toEqual(['contacts:501']);
  });

  test('no address is asked for when a deal or an id is named', async () => {
    await trial.send({ deal: { hubspotDealId: '101', contactEmail: 'prospect@customer.example' } });
    await trial.send({ deal: { hubspotContactId: '501', contactEmail: 'prospect@customer.example' } });
    expect(fake.requests.filter(({ query }) => query.has('idProperty'))).toEqual([]);
  });

  test.each([
    ['an unknown address', { contactEmail: 'nobody@customer.example' }, 'contact_not_found'],
    ['an unknown contact', { hubspotContactId: '999' }, 'contact_not_found'],
    ['an unknown deal', { hubspotDealId: '999' }, 'deal_not_found'],
    ['another path', { hubspotDealId: '../../contacts/501' }, 'deal_not_found'],
  ])('%s ends the message and not the destination', async (_what, deal, reason) => {
    expect(await trial.send({ deal })).toMatchObject({ outcome: 'give_up', status: 404, reason, disable: null });
    expect(fake.notes).toEqual([]);
  });

  test('a campaign without a deal asks HubSpot nothing', async () => {
    expect(await trial.send({ deal: null })).toMatchObject({
      outcome: 'give_up',
      reason: 'no_crm_link',
      disable: null,
    });
    expect(await trial.send({ deal: { pipedriveDealId: '11' } })).toMatchObject({ reason: 'no_crm_link' });
    expect(fake.requests).toEqual([]);
  });

  test('a test writes and takes away again', async () => {
    expect(await trial.send({ type: 'test', campaignId: null, deal: null })).toMatchObject({ outcome: 'delivered' });
    expect(fake.requests.map(({ operation }) => operation)).toEqual(['createNote', 'archiveNote']);
    expect(fake.notes).toEqual([]);
  });
});

describe('what HubSpot’s errors end in', () => {
  const ENDS: readonly (readonly [string, Fault, object])[] = [
    [
      '400 validation',
      answer(hubspotError(400, 'VALIDATION_ERROR', 'no')),
      { outcome: 'give_up', disable: null, reason: 'status_400' },
    ],
    [
      '401',
      answer(hubspotError(401, 'INVALID_AUTHENTICATION', 'no')),
      { outcome: 'give_up', disable: 'revoked', reason: 'token_revoked' },
    ],
    [
      '401 expired',
      answer(hubspotError(401, 'EXPIRED_AUTHENTICATION', 'no')),
      { outcome: 'give_up', disable: 'revoked' },
    ],
    [
      '403 scopes',
      answer(hubspotError(403, 'MISSING_SCOPES', 'no')),
      { outcome: 'give_up', disable: 'misconfigured', reason: 'missing_scopes' },
    ],
    ['403', answer({ status: 403, body: 'no' }), { outcome: 'give_up', disable: 'misconfigured', reason: 'forbidden' }],
    ['409', answer(hubspotError(409, 'CONFLICT', 'busy')), { outcome: 'retry', reason: 'status_409' }],
    ['414', answer({ status: 414, body: 'long' }), { outcome: 'give_up', disable: null }],
    [
      '423 locked',
      answer(hubspotError(423, 'LOCKED', 'locked')),
      { outcome: 'retry', retryAfterMs: 2_000, isUncounted: true },
    ],
    [
      '429 of 10 s',
      answer(hubspotRateLimited('TEN_SECONDLY_ROLLING')),
      { outcome: 'retry', reason: 'rate_limited', retryAfterMs: 10_000, isUncounted: true },
    ],
    [
      '429 with Retry-After',
      answer(hubspotRateLimited('TEN_SECONDLY_ROLLING', 3)),
      { outcome: 'retry', retryAfterMs: 3_000 },
    ],
    [
      '429 of the day',
      answer(hubspotRateLimited('DAILY')),
      { outcome: 'retry', reason: 'daily_limit', retryAfterMs: 3_600_000, isUncounted: true },
    ],
    [
      '477 migration',
      answer({ status: 477, headers: { 'retry-after': '7200' }, body: '' }),
      { outcome: 'retry', reason: 'migrating', retryAfterMs: 7_200_000 },
    ],
    ['500', answer(hubspotError(500, 'INTERNAL_ERROR', 'oops')), { outcome: 'retry', reason: 'status_500' }],
    ['502', answer({ status: 502, body: '<html></html>' }), { outcome: 'retry' }],
    [
      '503 with Retry-After',
      answer({ status: 503, headers: { 'retry-after': '5' }, body: '' }),
      { outcome: 'retry', retryAfterMs: 5_000 },
    ],
    ['521 of Cloudflare', answer({ status: 521, body: '<html></html>' }), { outcome: 'retry' }],
    [
      'a redirect',
      answer({ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }),
      { outcome: 'retry', reason: 'status_302' },
    ],
    ['a cut connection', { kind: 'reset' }, { outcome: 'retry', status: null, reason: 'reset' }],
    ['silence', { kind: 'hang' }, { outcome: 'retry', status: null, reason: 'timeout' }],
  ];
  test.each(ENDS)('%s', async (_what, fault, end) => {
    for (const operation of ['readDeal', 'createNote']) {
      fake.arm(fault, { operation });
      const result = await sendThrough(fault);
      expect(result).toMatchObject(end);
      expect(JSON.stringify(result) + trial.logged()).not.toContain(fake.token);
    }
    expect(fake.requests).toHaveLength(3);
  });

  test('a revoked token and a withdrawn scope, as HubSpot itself says it', async () => {
    fake.withdraw('crm.objects.deals.read');
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'give_up', reason: 'missing_scopes' });
    fake.revoke();
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'give_up', disable: 'revoked' });
  });

  test('a slow HubSpot does not hold a try beyond three timeouts', async () => {
    const hasty = await createTrial({ databases, kind: hubspot, base: fake.url, token: fake.token, hastyMs: 150 });
    const deal = { contactEmail: 'prospect@customer.example' };
    await trial.send({ deal });
    fake.arm({ kind: 'delay', delayMs: 120 }, { times: 9 });
    expect(await hasty.sendHastily({ deal })).toMatchObject({ outcome: 'retry', reason: 'timeout' });
    await hasty.close();
  });

  test('the budget is spent before HubSpot says no, and outlives the client', async () => {
    const ends: SendResult[] = [];
    for (let count = 0; count < 40; count += 1) ends.push(await trial.send(ON_DEAL));
    expect(fake.requests).toHaveLength(50);
    expect(ends.at(-1)).toMatchObject({ outcome: 'retry', reason: 'budget_burst', isUncounted: true, status: null });
    expect(fake.notes).toHaveLength(1);
  });
});

describe('what an admin may enter', () => {
  const parse = (token?: string, url?: string) =>
    hubspot.parseConfig({ url, token }, { baseUrls: {}, isAllowedUrl: () => null });

  test('a private app’s token, of which only the end is shown', () => {
    const parsed = parse(' pat-eu1-12345678-90ab-cdef-1234-567890abcdef ');
    expect(parsed).toMatchObject({ ok: true, config: { url: null, label: 'private app …cdef' } });
  });

  test.each([
    [undefined],
    [''],
    ['short'],
    ['pat-eu1 with spaces in the middle of it'],
    [`pat\r\nX-Evil: 1${'a'.repeat(20)}`],
  ])('not %s', (token) => {
    expect(parse(token)).toMatchObject({ ok: false, errors: [{ field: 'token' }] });
  });

  test('no address: it always goes to HubSpot', () => {
    expect(parse('pat-eu1-12345678-90ab-cdef', 'https://evil.example')).toMatchObject({ errors: [{ field: 'url' }] });
  });
});

function later(minutes: number): Partial<Message> {
  return {
    deliveryId: `00000000-0000-4000-8000-0000000001${String(minutes).padStart(2, '0')}` as DeliveryId,
    at: new Date(HOT_SIGNAL.at.getTime() + minutes * 60_000),
    title: 'Spreading: Acme Corp Proposal',
    sentence: `Read by ${minutes + 3} people.`,
  };
}

function memoryOf(result: SendResult): JsonObject {
  if (result.outcome !== 'delivered') throw new Error(`not delivered: ${JSON.stringify(result)}`);
  return result.memory ?? {};
}

function answer(sent: Extract<Fault, { kind: 'answer' }>['answer']): Fault {
  return { kind: 'answer', answer: sent };
}

function sendThrough({ kind }: Fault): Promise<SendResult> {
  return kind === 'hang' ? trial.sendHastily(ON_DEAL) : trial.send(ON_DEAL);
}
