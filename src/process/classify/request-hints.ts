import type { OpenerFamily } from './opener-family.ts';

/** What the request gives away before anybody looks at who sent it. */
export const requestHints: OpenerFamily = {
  agents: [
    {
      kind: 'missing',
      match: /^\s*$/,
      client: 'Other',
      device: 'unknown',
      source: 'reasoned: no mail client omits it; Mautic and Preside refuse it too',
    },
  ],
  rules: [
    {
      reason: 'prefetch_header',
      verdict: 'prefetch',
      confidence: 'certain',
      source: 'https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header',
      applies: ({ isPrefetch }) => isPrefetch,
    },
    {
      reason: 'agent_missing',
      verdict: 'bot',
      confidence: 'certain',
      source: 'RFC 9110 section 10.1.5: a user agent should send it; every mail client known does',
      applies: ({ kind }) => kind === 'missing',
    },
  ],
};
