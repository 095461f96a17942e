import type { Message } from '../../destination-kind.ts';
import { toHeadline, toOutcomeHint } from '../to-headline.ts';

export interface SlackMessage {
  /** What notifications and screen readers get. */
  readonly text: string;
  readonly blocks: readonly [Section, Context];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

interface MarkdownText {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

interface Section {
  readonly type: 'section';
  readonly text: MarkdownText;
}

interface Context {
  readonly type: 'context';
  readonly elements: [MarkdownText];
}

/** A section's text, by Slack. Ours stays far below: a headline of at most 600 characters, five times when escaped. */
export const SECTION_CHARS_MAX = 3_000;

/**
 * No buttons: one that only opens a link still makes Slack call an app that an incoming webhook does not have, and
 * shows a warning for it. `verbatim` keeps names, channels and addresses in the text from becoming links.
 */
export function toSlackMessage(message: Message): SlackMessage {
  const headline = escapeSlack(toHeadline(message)).slice(0, SECTION_CHARS_MAX);
  const hint = toOutcomeHint(message);
  const link = `<${toSlackLink(message.link)}|Open in MailTracker>`;
  const below = hint === null ? link : `${link}  ·  ${escapeSlack(hint)}`;
  const blocks: SlackMessage['blocks'] = [
    { type: 'section', text: { type: 'mrkdwn', text: headline, verbatim: true } },
    { type: 'context', elements: [{ type: 'mrkdwn', text: below, verbatim: true }] },
  ];
  return { text: headline, blocks, unfurl_links: false, unfurl_media: false };
}

/** Slack's three control characters: without them `<!channel>` and `<@U…>` are mere text. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function toSlackLink(link: string): string {
  return escapeSlack(new URL(link).href.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C'));
}
