import type { RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTrial, HOT_SIGNAL, type Trial } from '../../../../tests/support/fakes/create-trial.ts';
import {
  cloudflareBanned,
  type DiscordFake,
  discordError,
  discordRateLimited,
  startDiscord,
} from '../../../../tests/support/fakes/start-discord.ts';
import type { Fault } from '../../../../tests/support/fakes/start-fake.ts';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/test-database.ts';
import type { SendResult } from '../../destination-kind.ts';
import { discord } from './discord.ts';
import { toDiscordMessage } from './to-discord-message.ts';

let databases: TestDatabase;
let fake: DiscordFake;
let trial: Trial;
const TOKEN = 'fakeTokenOfTheWebhook-0001_AbCdEf';

beforeAll(async () => {
  databases = await createTestDatabase();
  fake = await startDiscord();
  trial = await createTrial({
    databases,
    kind: discord,
    base: fake.url,
    url: `https://discord.com${fake.hook}`,
  });
});
beforeEach(() => fake.disarm());
afterAll(async () => {
  await trial.close();
  await fake.close();
  await databases.drop();
});

describe('what Discord shows', () => {
  test('a body as Discord’s own types have it', () => {
    const body: RESTPostAPIWebhookWithTokenJSONBody = toDiscordMessage(HOT_SIGNAL);
    expect(body.embeds).toHaveLength(1);
  });

  test('an embed with the headline, the link and the hint; the message was really kept', async () => {
    expect(await trial.send()).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(fake.messages.at(-1)).toMatchObject({
      content: '',
      embeds: [
        {
          title: "🔔 Hot lead: 'Acme Corp Proposal' opened 3 times in 5 minutes, last on mobile",
          url: HOT_SIGNAL.link,
          description: expect.stringContaining('Call now'),
        },
      ],
    });
    expect(fake.requests.at(-1)?.query.get('wait')).toBe('true');
  });

  test.each([
    ['5,000 characters', 'A'.repeat(5_000)],
    ['5,000 characters that are all escaped', '*_'.repeat(2_500)],
    ['emoji of several parts', '👩‍👩‍👧‍👦'.repeat(700)],
    ['right to left', 'عرض شركة أكمي \u202eevil'],
    ['calls of everyone', '@everyone @here <@112233445566778899> <@&112233445566778899>'],
    ['Markdown', '**bold** [open](https://evil.example) ||spoiler|| `code`'],
  ])('a name of %s is taken and calls nobody', async (_what, campaignName) => {
    expect(await trial.send({ campaignName, title: `Hot lead: ${campaignName}` })).toMatchObject({
      outcome: 'delivered',
    });
    const message = fake.messages.at(-1);
    expect(message?.mentioned).toEqual([]);
    expect(fake.requests.at(-1)?.body).toMatchObject({ allowed_mentions: { parse: [] } });
    const [embed] = message?.embeds ?? [];
    const shown = `${embed?.title}${embed?.description}`;
    expect(shown).not.toMatch(/(?<!\\)<@|(?<!\\)\*\*|(?<!\\)\[open/);
    expect(shown).toContain('opened 3 times');
  });
});

describe('what Discord’s errors end in', () => {
  const ENDS: readonly (readonly [string, Fault, object])[] = [
    [
      '404 unknown webhook',
      answer(discordError(404, 10_015, 'Unknown Webhook')),
      { outcome: 'give_up', disable: 'gone', reason: 'discord_10015' },
    ],
    [
      '401 invalid webhook token',
      answer(discordError(401, 50_027, 'Invalid Webhook Token')),
      { outcome: 'give_up', disable: 'revoked' },
    ],
    [
      '403 missing access',
      answer(discordError(403, 50_001, 'Missing Access')),
      { outcome: 'give_up', disable: 'misconfigured' },
    ],
    [
      '400 of a forum without a thread',
      answer(discordError(400, 220_001, 'needs a thread')),
      { outcome: 'give_up', disable: 'misconfigured' },
    ],
    [
      '400 invalid form body',
      answer(discordError(400, 50_035, 'Invalid Form Body')),
      { outcome: 'give_up', disable: null },
    ],
    [
      '429 of the webhook',
      answer(discordRateLimited(1_234)),
      { outcome: 'retry', reason: 'rate_limited', retryAfterMs: 1_234, isUncounted: true },
    ],
    [
      '429 of the server',
      answer(discordRateLimited(64_570, true)),
      { outcome: 'retry', reason: 'rate_limited_global', retryAfterMs: 64_570 },
    ],
    [
      '429 that names a year',
      answer(discordRateLimited(31_536_000_000)),
      { outcome: 'retry', retryAfterMs: 86_400_000 },
    ],
    [
      '429 of Cloudflare',
      answer(cloudflareBanned(3_600)),
      { outcome: 'retry', reason: 'rate_limited', retryAfterMs: 3_600_000 },
    ],
    ['500', answer({ status: 500, body: 'oops' }), { outcome: 'retry', reason: 'status_500' }],
    ['502 of Cloudflare', answer({ status: 502, body: '<html>bad gateway</html>' }), { outcome: 'retry' }],
    [
      'a page where the message should stand',
      answer({ status: 200, body: '<html></html>' }),
      { outcome: 'retry', reason: 'unexpected_answer' },
    ],
    [
      '204, which says nothing was waited for',
      answer({ status: 204, body: null }),
      { outcome: 'retry', reason: 'unexpected_answer' },
    ],
    ['a cut connection', { kind: 'reset' }, { outcome: 'retry', status: null, reason: 'reset' }],
    ['silence', { kind: 'hang' }, { outcome: 'retry', status: null, reason: 'timeout' }],
  ];
  test.each(ENDS)('%s', async (_what, fault, end) => {
    fake.arm(fault);
    const result = await sendThrough(fault);
    expect(result).toMatchObject(end);
    expect(`${result.answer}${trial.logged()}`).not.toContain(TOKEN);
  });

  test('the limit of the webhook is told and kept', async () => {
    fake.limit(0);
    const result = await trial.send();
    fake.limit(5_000);
    expect(result).toMatchObject({ outcome: 'retry', reason: 'rate_limited', retryAfterMs: expect.any(Number) });
  });
});

describe('what an admin may enter', () => {
  const parse = (url: string) =>
    discord.parseConfig({ url, token: undefined }, { baseUrls: {}, isAllowedUrl: () => null });

  test.each([
    ['https://discord.com/api/webhooks/12/ab-_9', 'https://discord.com/api/webhooks/12/ab-_9'],
    ['https://discordapp.com/api/v10/webhooks/12/ab-_9', 'https://discordapp.com/api/v10/webhooks/12/ab-_9'],
    ['https://discord.com/api/webhooks/12/ab-_9/slack', 'https://discord.com/api/webhooks/12/ab-_9'],
    [
      'https://ptb.discord.com/api/webhooks/12/ab?thread_id=77&wait=false',
      'https://ptb.discord.com/api/webhooks/12/ab?thread_id=77',
    ],
  ])('%s', (url, kept) => {
    expect(parse(url)).toMatchObject({ ok: true, config: { url: kept } });
  });

  test.each([
    ['https://discord.com/api/webhooks/x/y'],
    ['https://discord.com.evil.example/api/webhooks/12/ab'],
    ['http://discord.com/api/webhooks/12/ab'],
    ['https://discord.com/api/webhooks/12/../../users/@me'],
  ])('not %s', (url) => {
    expect(parse(url)).toMatchObject({ ok: false, errors: [{ field: 'url' }] });
  });
});

function answer(sent: Extract<Fault, { kind: 'answer' }>['answer']): Fault {
  return { kind: 'answer', answer: sent };
}

function sendThrough({ kind }: Fault): Promise<SendResult> {
  return kind === 'hang' ? trial.sendHastily() : trial.send();
}
