import type { OpenerFamily } from './opener-family.ts';

/** Mail services that load images although nobody opened. */
export const prefetch: OpenerFamily = {
  agents: [
    {
      // A genuine Edge 12 lacks the trailing " Mozilla/5.0".
      kind: 'gmail_prefetch',
      match:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0',
      client: 'Gmail',
      device: 'unknown',
      source: 'https://www.sparkpost.com/blog/gmail-prefetching-images/',
    },
    {
      kind: 'apple_prefetch',
      match: 'Mozilla/5.0',
      client: 'Apple Mail',
      device: 'unknown',
      source: 'https://github.com/ua-parser/uap-core/issues/509',
    },
  ],
  rules: [
    {
      reason: 'gmail_prefetch',
      verdict: 'prefetch',
      confidence: 'certain',
      source: 'https://www.sparkpost.com/blog/gmail-prefetching-images/ (1 to 6 % of 9.8 billion Gmail opens)',
      applies: ({ kind }) => kind === 'gmail_prefetch',
    },
    {
      reason: 'apple_prefetch',
      verdict: 'prefetch',
      confidence: 'certain',
      source: 'https://mask-api.icloud.com/egress-ip-ranges.csv',
      applies: ({ kind, network }) => kind === 'apple_prefetch' && network === 'apple_relay',
    },
    {
      // Of the bare agents 95 % were Apple's (spamresource.com, February 2022): never a person, wherever it came from.
      reason: 'apple_prefetch',
      verdict: 'prefetch',
      confidence: 'probable',
      source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/open-click-bot-detect',
      applies: ({ kind }) => kind === 'apple_prefetch',
    },
  ],
};
