import type { Message } from '../../destination-kind.ts';
import { toHeadline, toOutcomeHint } from '../to-headline.ts';

export interface DiscordMessage {
  readonly embeds: [Embed];
  readonly allowed_mentions: { readonly parse: [] };
}

interface Embed {
  readonly title: string;
  readonly url: string;
  readonly description?: string;
  readonly color: number;
  readonly timestamp: string;
  readonly footer: { readonly text: string };
}

/** Discord's limits: a title of 256, a description of 4,096, 6,000 over all embeds. */
export const TITLE_CHARS_MAX = 256;
const COLORS = { hot: 0xe8590c, warm: 0xf59f00, none: 0x228be6 } as const;

/** One embed: nothing in an embed calls anybody, and `allowed_mentions` says so for the message as a whole. */
export function toDiscordMessage(message: Message): DiscordMessage {
  const hint = toOutcomeHint(message);
  const link = new URL(message.link).href;
  const headline = escapeDiscord(toHeadline(message));
  const fits = headline.length <= TITLE_CHARS_MAX;
  const description = [...(fits ? [] : [headline]), ...(hint === null ? [] : [hint])].join('\n\n');
  return {
    embeds: [
      {
        title: fits ? headline : escapeDiscord('🔔 MailTracker'),
        url: link,
        ...(description === '' ? {} : { description }),
        color: COLORS[message.level ?? 'none'],
        timestamp: message.at.toISOString(),
        footer: { text: 'MailTracker' },
      },
    ],
    allowed_mentions: { parse: [] },
  };
}

/** Discord's Markdown, mentions of ids included, as plain characters. */
export function escapeDiscord(text: string): string {
  return text.replace(/[\\*_~`|>#<[\]()]/g, '\\$&');
}
