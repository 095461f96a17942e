import type { KnownBlock } from '@slack/types';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTrial, HOT_SIGNAL, type Trial } from '../../../../tests/support/fakes/create-trial.ts';
import type { Fault } from '../../../../tests/support/fakes/start-fake.ts';
import {
  SLACK_ERRORS,
  type SlackError,
  type SlackFake,
  slackError,
  slackRateLimited,
  startSlack,
} from '../../../../tests/support/fakes/start-slack.ts';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/test-database.ts';
import type { SendResult } from '../../destination-kind.ts';
import { slack } from './slack.ts';
import { toSlackMessage } from './to-slack-message.ts';

let databases: TestDatabase;
let fake: SlackFake;
let trial: Trial;
const SECRET = 'fakeSecretOfTheHook00001';

beforeAll(async () => {
  databases = await createTestDatabase();
  fake = await startSlack();
  trial = await createTrial({
    databases,
    kind: slack,
    base: fake.url,
    url: `https://hooks.slack.com${fake.hook}`,
  });
});
beforeEach(() => fake.disarm());
afterAll(async () => {
  await trial.close();
  await fake.close();
  await databases.drop();
});

describe('what Slack shows', () => {
  test('blocks as Slack’s own types have them', () => {
    const blocks: readonly KnownBlock[] = toSlackMessage(HOT_SIGNAL).blocks;
    expect(blocks.map(({ type }) => type)).toEqual(['section', 'context']);
  });

  test('the headline says what happened, in the text for notifications and in the block', async () => {
    expect(await trial.send()).toMatchObject({ outcome: 'delivered', status: 200, answer: 'ok' });
    const message = fake.messages.at(-1);
    const headline = "🔔 Hot lead: 'Acme Corp Proposal' opened 3 times in 5 minutes, last on mobile";
    expect(message?.text).toBe(headline);
    expect(message?.blocks[0]).toMatchObject({ type: 'section', text: { type: 'mrkdwn', text: headline } });
    expect(JSON.stringify(message?.blocks[1])).toContain(`<${HOT_SIGNAL.link}|Open in MailTracker>`);
    expect(JSON.stringify(message?.blocks[1])).toContain('reached, no answer or noise');
  });

  test.each([
    ['5,000 characters', 'A'.repeat(5_000)],
    ['5,000 characters that are all escaped', '&<>'.repeat(1_667)],
    ['emoji of several parts', '👩‍👩‍👧‍👦'.repeat(700)],
    ['right to left', 'عرض شركة أكمي \u202eevil'],
    ['a channel call', '<!channel> <!everyone> <@U012AB3CD> <#C1|x>'],
    ['a link in disguise', '<https://evil.example|Open> | <'],
    ['control characters', 'a\u0000b\nc\u2028d'],
    ['nothing but spaces', '   '],
  ])('a name of %s is taken and stays text', async (_what, campaignName) => {
    expect(await trial.send({ campaignName, title: `Hot lead: ${campaignName}` })).toMatchObject({
      outcome: 'delivered',
    });
    const message = fake.messages.at(-1);
    expect(message?.text).not.toMatch(/<[!@#]|<http/);
    expect(message?.text).not.toMatch(/\p{Cc}|\u202e/u);
    expect(message?.text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    expect(message?.text).toContain('opened 3 times');
  });
});

describe('what Slack’s errors end in', () => {
  const ENDS: Readonly<Record<SlackError, object>> = {
    invalid_payload: { outcome: 'give_up', disable: null },
    invalid_blocks: { outcome: 'give_up', disable: null },
    msg_blocks_too_long: { outcome: 'give_up', disable: null },
    no_text: { outcome: 'give_up', disable: null },
    user_not_found: { outcome: 'give_up', disable: null },
    invalid_token: { outcome: 'give_up', disable: 'revoked' },
    no_team: { outcome: 'give_up', disable: 'revoked' },
    team_disabled: { outcome: 'give_up', disable: 'revoked' },
    action_prohibited: { outcome: 'give_up', disable: 'misconfigured' },
    posting_to_general_channel_denied: { outcome: 'give_up', disable: 'misconfigured' },
    channel_not_found: { outcome: 'give_up', disable: 'gone' },
    no_service: { outcome: 'give_up', disable: 'gone' },
    no_service_id: { outcome: 'give_up', disable: 'gone' },
    channel_is_archived: { outcome: 'give_up', disable: 'gone' },
    rollup_error: { outcome: 'retry' },
  };

  test.each(Object.entries(ENDS) as [SlackError, object][])('%s', async (error, end) => {
    fake.break(error);
    const result = await trial.send();
    fake.break(null);
    expect(result).toMatchObject({ ...end, status: SLACK_ERRORS[error], reason: error });
  });

  test('an error that is ours to mend is in the log, without the address', async () => {
    fake.arm({ kind: 'answer', answer: slackError('invalid_payload') });
    await trial.send();
    expect(trial.logged()).toContain('slack.refused');
    expect(trial.logged()).not.toContain(SECRET);
  });

  const FAULTS: readonly (readonly [string, Fault, object])[] = [
    [
      'too fast',
      { kind: 'answer', answer: slackRateLimited(7) },
      { reason: 'rate_limited', retryAfterMs: 7_000, isUncounted: true },
    ],
    ['503', { kind: 'answer', answer: { status: 503, body: 'down' } }, { reason: 'status_503' }],
    [
      'a redirect',
      { kind: 'answer', answer: { status: 302, headers: { location: 'http://127.0.0.1/' }, body: '' } },
      { reason: 'status_302' },
    ],
    [
      'a page where ok should stand',
      { kind: 'answer', answer: { status: 200, body: '<html>hello</html>' } },
      { reason: 'unexpected_answer' },
    ],
    ['a cut connection', { kind: 'reset' }, { status: null, reason: 'reset' }],
    ['silence', { kind: 'hang' }, { status: null, reason: 'timeout' }],
  ];
  test.each(FAULTS)('%s is tried again', async (_what, fault, end) => {
    fake.arm(fault);
    expect(await sendThrough(fault)).toMatchObject({ outcome: 'retry', ...end });
  });

  test('an answer that repeats the address is kept without it', async () => {
    fake.arm({ kind: 'answer', answer: { status: 500, body: `no such hook ${fake.hook}` } });
    expect((await trial.send()).answer).not.toContain(SECRET);
  });
});

describe('what an admin may enter', () => {
  const parse = (url: string | undefined, token?: string) =>
    slack.parseConfig({ url, token }, { baseUrls: {}, isAllowedUrl: () => null });

  test('an incoming webhook, of which only the end is shown', () => {
    const parsed = parse(' https://hooks.slack.com/services/T012/B345/abcdEFGH1234 ');
    expect(parsed).toMatchObject({ ok: true, config: { label: 'hooks.slack.com/…/1234', token: null } });
  });

  test.each([
    [undefined],
    [''],
    ['hooks.slack.com/services/T/B/x'],
    ['http://hooks.slack.com/services/T/B/x'],
    ['https://hooks.slack.com.evil.example/services/T/B/x'],
    ['https://user:pass@hooks.slack.com/services/T/B/x'],
    ['https://hooks.slack.com:8443/services/T/B/x'],
    ['https://hooks.slack.com/workflows/T/B/x'],
    ['http://127.0.0.1/services/T/B/x'],
  ])('not %s', (url) => {
    expect(parse(url)).toMatchObject({ ok: false, errors: [{ field: 'url' }] });
  });

  test('no token', () => {
    expect(parse('https://hooks.slack.com/services/T/B/x', 'xoxb-1')).toMatchObject({ errors: [{ field: 'token' }] });
  });
});

function sendThrough({ kind }: Fault): Promise<SendResult> {
  return kind === 'hang' ? trial.sendHastily() : trial.send();
}
