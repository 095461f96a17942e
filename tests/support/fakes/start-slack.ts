import { slackDocument } from './slack-document.ts';
import { type Fake, type FakeAnswer, type FakeRequest, startFake } from './start-fake.ts';

/** Slack names its errors as text, each with a status of its own. */
export const SLACK_ERRORS = {
  invalid_payload: 400,
  invalid_blocks: 400,
  msg_blocks_too_long: 400,
  no_text: 400,
  user_not_found: 400,
  // What a revoked hook answers, with 400 and not 403.
  invalid_token: 400,
  no_team: 404,
  action_prohibited: 403,
  posting_to_general_channel_denied: 403,
  team_disabled: 403,
  channel_not_found: 404,
  no_service: 404,
  no_service_id: 410,
  channel_is_archived: 410,
  rollup_error: 500,
} as const;
export type SlackError = keyof typeof SLACK_ERRORS;

export interface SlackMessage {
  readonly hook: string;
  readonly text: string;
  readonly blocks: readonly Record<string, unknown>[];
}

export interface SlackFake extends Fake {
  /** `/services/T…/B…/…`: accepted from the start. */
  readonly hook: string;
  readonly messages: readonly SlackMessage[];
  /** The hook answers this from now on; null heals it. */
  break(error: SlackError | null): void;
  /** Messages a second and channel from now on; over it 429 with Retry-After. */
  limit(perSecond: number): void;
}

const CHARACTERS_MAX = 13_200;

export async function startSlack(port = 0): Promise<SlackFake> {
  const hook = '/services/T0FAKE001/B0FAKE001/fakeSecretOfTheHook00001';
  const messages: SlackMessage[] = [];
  let broken: SlackError | null = null;
  let perSecond = Number.POSITIVE_INFINITY;
  const sentAt: number[] = [];
  const fake = await startFake(
    {
      name: 'Slack',
      document: slackDocument,
      routes: {
        postMessage: (request) => {
          const wrong = toPayloadError(request);
          if (wrong) return slackError(wrong);
          const body = request.body as { text: string; blocks?: SlackMessage['blocks'] };
          messages.push({ hook: request.path, text: body.text, blocks: body.blocks ?? [] });
          return { status: 200, body: 'ok' };
        },
      },
      guard: (request) => {
        if (request.path !== hook)
          return slackError(request.path.startsWith('/services/T0FAKE001') ? 'no_service' : 'no_team');
        if (broken) return slackError(broken);
        while (sentAt[0] !== undefined && sentAt[0] <= request.at - 1_000) sentAt.shift();
        if (sentAt.length >= perSecond) return slackRateLimited(1);
        sentAt.push(request.at);
        return null;
      },
      refuse: (request, wrong) => {
        if (typeof request.body !== 'object') return slackError('invalid_payload');
        return slackError(wrong.some((line) => line.includes('/blocks')) ? 'invalid_blocks' : 'invalid_payload');
      },
      unknownPath: { status: 404, body: 'no_service' },
      state: () => ({ hook, broken, messages }),
    },
    port,
  );
  return Object.assign(fake, {
    hook,
    messages,
    break: (error: SlackError | null) => {
      broken = error;
    },
    limit: (messagesPerSecond: number) => {
      perSecond = messagesPerSecond;
    },
  });
}

export function slackError(error: SlackError): FakeAnswer {
  return { status: SLACK_ERRORS[error], body: error };
}

export function slackRateLimited(seconds: number): FakeAnswer {
  return { status: 429, headers: { 'retry-after': String(seconds) }, body: 'rate_limited' };
}

function toPayloadError(request: FakeRequest): SlackError | null {
  const body = request.body as { text?: string; blocks?: unknown };
  if (!body.text) return 'no_text';
  return JSON.stringify(body.blocks ?? []).length > CHARACTERS_MAX ? 'msg_blocks_too_long' : null;
}
