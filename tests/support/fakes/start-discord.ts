import { discordDocument } from './discord-document.ts';
import { type Fake, type FakeAnswer, type FakeRequest, startFake } from './start-fake.ts';

export interface DiscordMessage {
  readonly id: string;
  readonly content: string;
  readonly embeds: readonly { title?: string; description?: string; url?: string; footer?: { text: string } }[];
  /** Whom the message would have called: empty as long as mentions are off. */
  readonly mentioned: readonly string[];
}

export interface DiscordFake extends Fake {
  /** `/api/webhooks/id/token`: accepted from the start. */
  readonly hook: string;
  readonly messages: readonly DiscordMessage[];
  /** Somebody deletes the webhook on Discord's side. */
  deleteHook(): void;
  /** Messages in 2 s from now on; over it Discord's 429. */
  limit(perTwoSeconds: number): void;
}

const EMBED_CHARACTERS_MAX = 6_000;
const WINDOW_MS = 2_000;

export async function startDiscord(port = 0): Promise<DiscordFake> {
  const hook = '/api/webhooks/112233445566778899/fakeTokenOfTheWebhook-0001_AbCdEf';
  const messages: DiscordMessage[] = [];
  const sentAt: number[] = [];
  let perWindow = 5_000;
  let exists = true;
  const execute = (request: FakeRequest): FakeAnswer => {
    const body = request.body as Omit<DiscordMessage, 'id' | 'mentioned'> & { allowed_mentions?: { parse?: string[] } };
    if (toEmbedCharacters(body.embeds ?? []) > EMBED_CHARACTERS_MAX)
      return formError(['embeds: more than 6000 characters']);
    const message: DiscordMessage = {
      id: String(1_000_000_000_000_000_000n + BigInt(messages.length)),
      content: body.content ?? '',
      embeds: body.embeds ?? [],
      mentioned: toMentioned(body.content ?? '', body.allowed_mentions?.parse),
    };
    messages.push(message);
    // Without wait nothing tells whether the message was kept.
    if (request.query.get('wait') !== 'true') return { status: 204, body: null };
    return {
      status: 200,
      body: { ...message, type: 0, channel_id: '99887766554433221', timestamp: '2026-11-20T10:00:00Z' },
    };
  };
  const fake = await startFake(
    {
      name: 'Discord',
      document: discordDocument,
      routes: { executeWebhook: execute, executeWebhookV10: execute },
      guard: (request) => {
        if (!exists || request.params.id !== '112233445566778899') return discordError(404, 10_015, 'Unknown Webhook');
        if (!hook.endsWith(`/${request.params.token}`)) return discordError(401, 50_027, 'Invalid Webhook Token');
        while (sentAt[0] !== undefined && sentAt[0] <= request.at - WINDOW_MS) sentAt.shift();
        if (sentAt.length >= perWindow) return discordRateLimited((sentAt[0] ?? request.at) + WINDOW_MS - request.at);
        sentAt.push(request.at);
        return null;
      },
      refuse: (_request, wrong) => formError(wrong),
      unknownPath: discordError(404, 0, '404: Not Found'),
      headers: () => ({
        'x-ratelimit-limit': String(perWindow),
        'x-ratelimit-remaining': String(Math.max(0, perWindow - sentAt.length)),
        'x-ratelimit-reset-after': '2',
        'x-ratelimit-bucket': 'fakebucket',
      }),
      state: () => ({ hook, exists, messages }),
    },
    port,
  );
  return Object.assign(fake, {
    hook,
    messages,
    deleteHook: () => {
      exists = false;
    },
    limit: (messagesPerWindow: number) => {
      perWindow = messagesPerWindow;
    },
  });
}

export function discordError(status: number, code: number, message: string): FakeAnswer {
  return { status, body: { message, code } };
}

/** retry_after is seconds with a fraction; the header is whole seconds. */
export function discordRateLimited(waitMs: number, global = false): FakeAnswer {
  return {
    status: 429,
    headers: {
      'retry-after': String(Math.ceil(waitMs / 1_000)),
      'x-ratelimit-scope': global ? 'global' : 'shared',
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
    body: { message: 'You are being rate limited.', retry_after: waitMs / 1_000, global },
  };
}

/** What Cloudflare answers an address that sent too many bad requests: no JSON. */
export function cloudflareBanned(seconds: number): FakeAnswer {
  return { status: 429, headers: { 'retry-after': String(seconds) }, body: '<html><title>Error 1015</title></html>' };
}

function formError(wrong: readonly string[]): FakeAnswer {
  return { status: 400, body: { message: 'Invalid Form Body', code: 50_035, errors: wrong } };
}

/** Titles, descriptions, names, values and footers count; addresses and times do not. */
function toEmbedCharacters(embeds: readonly object[]): number {
  return embeds.reduce((sum, embed) => sum + countCharacters({ ...embed, url: '', timestamp: '' }), 0);
}

function countCharacters(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 0;
  return Object.values(value).reduce<number>((sum, one) => sum + countCharacters(one), 0);
}

/** Embeds never call anybody; a content does what allowed_mentions permits, everything when it is left out. */
function toMentioned(content: string, parse: readonly string[] = ['everyone', 'users', 'roles']): readonly string[] {
  const found = [
    ...(parse.includes('everyone') ? (content.match(/@everyone|@here/g) ?? []) : []),
    ...(parse.includes('users') ? (content.match(/<@!?\d+>/g) ?? []) : []),
    ...(parse.includes('roles') ? (content.match(/<@&\d+>/g) ?? []) : []),
  ];
  return found;
}
