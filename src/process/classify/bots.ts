import { isbot } from 'isbot';
import type { AgentPattern, OpenerFamily } from './opener-family.ts';

/**
 * Bots that say so. They stand before the mail clients, because crawlers have named themselves Thunderbird; a list of
 * bots stands after them, because such lists call a good many mail clients bots.
 */
export const selfNamedBots: OpenerFamily = {
  agents: [
    {
      // CUBOT makes telephones.
      kind: 'self_named_bot',
      match: /(?<!\bcu)bot(?:\b|[_\d/])|crawl|spider|scrap(?:er|y|ing)|slurp|\+https?:\/\//i,
      client: 'Other',
      source:
        'its own words, or the address of a page that explains it; no reader does either, but for Cubot telephones',
    },
  ],
  rules: [
    {
      reason: 'bot_agent',
      verdict: 'bot',
      confidence: 'certain',
      source: 'its own words',
      applies: ({ kind }) => kind === 'self_named_bot',
    },
    {
      reason: 'bot_list',
      verdict: 'bot',
      confidence: 'certain',
      source: 'https://github.com/omrilotan/isbot',
      applies: ({ kind }) => kind === 'listed_bot',
    },
  ],
};

/** The generic list, the last but one word on an agent. */
export const listedBots: readonly AgentPattern[] = [
  {
    kind: 'listed_bot',
    match: (userAgent) => isbot(userAgent),
    client: 'Other',
    source: 'https://github.com/omrilotan/isbot (5.2.3, Unlicense)',
  },
];
