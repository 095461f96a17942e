import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTrial, HOT_SIGNAL, type Trial } from '../../../../tests/support/fakes/create-trial.ts';
import type { Fault } from '../../../../tests/support/fakes/start-fake.ts';
import {
  type PipedriveFake,
  pipedriveAbuse,
  pipedriveError,
  pipedriveRateLimited,
  startPipedrive,
} from '../../../../tests/support/fakes/start-pipedrive.ts';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/test-database.ts';
import type { DeliveryId } from '../../../domain/ids.ts';
import type { JsonObject, Message, SendResult } from '../../destination-kind.ts';
import { pipedrive } from './pipedrive.ts';

let databases: TestDatabase;
let fake: PipedriveFake;
let trial: Trial;
const NOON = Date.parse('2026-11-20T12:00:00Z');
let now = NOON;

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  now = NOON;
  fake = await startPipedrive();
  trial = await createTrial({
    databases,
    kind: pipedrive,
    base: fake.url,
    token: fake.token,
    now: () => now,
  });
  return async () => {
    await trial.close();
    await fake.close();
  };
});
afterAll(() => databases.drop());

const ON_DEAL = { deal: { pipedriveDealId: '11' } };

describe('one note per campaign and deal', () => {
  test('is made once, hangs on the deal, and is changed by what comes later', async () => {
    const first = await trial.send(ON_DEAL);
    expect(first).toMatchObject({ outcome: 'delivered', status: 201, memory: { noteId: '900', via: 'note' } });
    expect(await trial.send({ ...ON_DEAL, ...later(1) }, memoryOf(first))).toMatchObject({
      outcome: 'delivered',
      status: 200,
    });
    expect(fake.notes).toHaveLength(1);
    expect(fake.notes[0]).toMatchObject({ dealId: 11, changes: 1 });
    expect(fake.notes[0]?.content).toMatch(/Spreading.*opened 3 times/s);
  });

  test.each([
    ['lost', 'reset'],
    ['hang', 'timeout'],
  ] as const)('a created note whose answer is %s is found again', async (kind, reason) => {
    fake.arm({ kind }, { operation: 'addNote' });
    expect(await sendThrough({ kind })).toMatchObject({ outcome: 'retry', status: null, reason });
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'delivered', memory: { noteId: '900' } });
    expect(fake.notes).toHaveLength(1);
  });

  test('a note that somebody deleted is written anew', async () => {
    const memory = { ...memoryOf(await trial.send(ON_DEAL)), noteId: '12345' };
    expect(await trial.send(ON_DEAL, memory)).toMatchObject({ outcome: 'delivered', memory: { noteId: '901' } });
  });

  test('where notes are gone, one finished activity takes their place', async () => {
    const first = await trial.send(ON_DEAL);
    fake.retireNotes();
    const second = await trial.send({ ...ON_DEAL, ...later(1) }, memoryOf(first));
    expect(second).toMatchObject({ outcome: 'delivered', memory: { via: 'activity' } });
    const third = await trial.send({ ...ON_DEAL, ...later(2) }, memoryOf(second));
    expect(third).toMatchObject({ outcome: 'delivered', memory: { via: 'activity' } });
    expect(fake.activities).toMatchObject([
      { dealId: 11, done: true, changes: 1, note: expect.stringContaining('opened 3 times') },
    ]);
    expect(fake.requests.at(-1)?.operation).toBe('updateActivity');
  });

  test('an activity whose answer was lost is found again', async () => {
    fake.retireNotes();
    fake.arm({ kind: 'lost' }, { operation: 'addActivity' });
    expect(await trial.send({ deal: { pipedrivePersonId: '21' } })).toMatchObject({ outcome: 'retry' });
    expect(await trial.send({ deal: { pipedrivePersonId: '21' } })).toMatchObject({ outcome: 'delivered' });
    expect(fake.activities).toMatchObject([{ personId: 21, changes: 1 }]);
  });

  test('markup in a name is text in the note', async () => {
    const campaignName = '<script>alert(1)</script>'.repeat(200);
    await trial.send({ ...ON_DEAL, campaignName, title: `Hot lead: ${campaignName}` });
    expect(fake.notes[0]?.content).not.toContain('<script');
  });
});

describe('whom it is written to', () => {
  test('a person by id, and by the address that the member entered', async () => {
    await trial.send({ deal: { pipedrivePersonId: '22' } });
    await trial.send({ deal: { contactEmail: 'Buyer@Customer.example' } });
    expect(fake.notes.map(({ personId }) => personId)).toEqual([22, 21]);
    expect(fake.requests.filter(({ operation }) => operation === 'searchPersons')).toHaveLength(1);
  });

  test.each([
    ['an unknown address', { contactEmail: 'nobody@customer.example' }, 'person_not_found'],
    ['an unknown person', { pipedrivePersonId: '99' }, 'person_not_found'],
    ['an unknown deal', { pipedriveDealId: '99' }, 'deal_not_found'],
    ['no number', { pipedriveDealId: '../users' }, 'deal_not_found'],
  ])('%s ends the message and not the destination', async (_what, deal, reason) => {
    expect(await trial.send({ deal })).toMatchObject({ outcome: 'give_up', reason, disable: null });
    expect(fake.notes).toEqual([]);
  });

  test('a campaign without a deal asks Pipedrive nothing; a test reads who the token belongs to', async () => {
    expect(await trial.send({ deal: { hubspotDealId: '101' } })).toMatchObject({
      outcome: 'give_up',
      reason: 'no_crm_link',
    });
    expect(fake.requests).toEqual([]);
    expect(await trial.send({ type: 'test', campaignId: null, deal: null })).toMatchObject({
      outcome: 'delivered',
      answer: 'Pipedrive knows the token: Fake Company.',
    });
  });
});

describe('what Pipedrive’s errors end in', () => {
  const ENDS: readonly (readonly [string, Fault, object])[] = [
    ['400', answer(pipedriveError(400, 'bad')), { outcome: 'give_up', disable: null, reason: 'status_400' }],
    [
      '401',
      answer(pipedriveError(401, 'unauthorized access')),
      { outcome: 'give_up', disable: 'revoked', reason: 'token_revoked' },
    ],
    [
      '402 account not open',
      answer(pipedriveError(402, 'trial over')),
      { outcome: 'give_up', disable: 'misconfigured', reason: 'account_closed' },
    ],
    [
      '403',
      answer(pipedriveError(403, 'no', 'scope')),
      { outcome: 'give_up', disable: 'misconfigured', reason: 'forbidden' },
    ],
    ['403 after abuse', answer(pipedriveAbuse()), { outcome: 'retry', reason: 'shut_out', retryAfterMs: 3_600_000 }],
    ['415', answer(pipedriveError(415, 'off')), { outcome: 'give_up', disable: 'misconfigured' }],
    ['422', answer(pipedriveError(422, 'limit')), { outcome: 'give_up', disable: null }],
    [
      '429 of 2 s, without Retry-After',
      answer(pipedriveRateLimited()),
      { outcome: 'retry', reason: 'rate_limited', retryAfterMs: 2_000, isUncounted: true },
    ],
    [
      '429 of the day',
      answer(pipedriveRateLimited(true)),
      { outcome: 'retry', reason: 'daily_limit', retryAfterMs: 43_200_000, isUncounted: true },
    ],
    ['500', answer(pipedriveError(500, 'oops')), { outcome: 'retry', reason: 'status_500' }],
    ['503', answer(pipedriveError(503, 'maintenance')), { outcome: 'retry', reason: 'maintenance' }],
    [
      'a redirect',
      answer({ status: 301, headers: { location: 'http://127.0.0.1:1/' }, body: '' }),
      { outcome: 'retry', reason: 'status_301' },
    ],
    [
      'a page where JSON should stand',
      answer({ status: 200, body: '<html></html>' }),
      { outcome: 'retry', reason: 'unexpected_answer' },
    ],
    [
      'a note without an id',
      answer({ status: 201, body: { success: true, data: {} } }),
      { outcome: 'retry', reason: 'unexpected_answer' },
    ],
    ['a cut connection', { kind: 'reset' }, { outcome: 'retry', status: null, reason: 'reset' }],
    ['silence', { kind: 'hang' }, { outcome: 'retry', status: null, reason: 'timeout' }],
  ];
  test.each(ENDS)('%s', async (_what, fault, end) => {
    fake.arm(fault, { operation: 'addNote' });
    const result = await sendThrough(fault);
    expect(result).toMatchObject(end);
    expect(JSON.stringify(result) + trial.logged()).not.toContain(fake.token);
  });

  test('a revoked token, as Pipedrive itself says it', async () => {
    fake.revoke();
    expect(await trial.send(ON_DEAL)).toMatchObject({ outcome: 'give_up', disable: 'revoked' });
  });
});

describe('the daily tokens', () => {
  test('the day ends when its budget does, and goes on after midnight', async () => {
    fake.limit({ dailyTokens: 100 });
    // 30 for the first: a look and a note. Half of the day is ours: two changes of 10 more.
    let memory = memoryOf(await trial.send(ON_DEAL));
    for (let count = 1; count <= 2; count += 1) {
      now += 2_000;
      memory = memoryOf(await trial.send({ ...ON_DEAL, ...later(count) }, memory));
    }
    now += 2_000;
    const spent = await trial.send({ ...ON_DEAL, ...later(9) }, memory);
    expect(spent).toMatchObject({ outcome: 'retry', reason: 'budget_daily', isUncounted: true });
    expect(spent).toMatchObject({ retryAfterMs: Date.parse('2026-11-21T00:00:00Z') - now });
    expect(fake.spent()).toBe(50);
    now = Date.parse('2026-11-21T00:00:01Z');
    fake.limit({ dailyTokens: 30_000 });
    expect(await trial.send({ ...ON_DEAL, ...later(9) }, memory)).toMatchObject({ outcome: 'delivered' });
  });

  test('ten requests in 2 s are ours, the others are the customer’s', async () => {
    const ends: SendResult[] = [];
    for (let count = 0; count < 8; count += 1) ends.push(await trial.send(ON_DEAL));
    expect(fake.requests).toHaveLength(10);
    expect(ends.at(-1)).toMatchObject({ outcome: 'retry', reason: 'budget_burst', retryAfterMs: 2_000 });
  });
});

describe('what an admin may enter', () => {
  const parse = (token?: string, url?: string) =>
    pipedrive.parseConfig({ url, token }, { baseUrls: {}, isAllowedUrl: () => null });

  test('an API token, of which only the end is shown', () => {
    expect(parse('0123456789abcdef0123456789abcdef01234567')).toMatchObject({
      ok: true,
      config: { label: 'API token …4567' },
    });
  });

  test.each([[undefined], [''], ['short'], ['0123456789abcdef 0123456789abcdef']])('not %s', (token) => {
    expect(parse(token)).toMatchObject({ ok: false, errors: [{ field: 'token' }] });
  });

  test('no address: it always goes to Pipedrive', () => {
    expect(parse('0123456789abcdef0123456789abcdef01234567', 'https://x.example')).toMatchObject({
      errors: [{ field: 'url' }],
    });
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
