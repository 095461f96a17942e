import type { OpenerFamily } from './opener-family.ts';

/** Background services and bare app frameworks: a reader and a machine look the same through them. */
export const syncAgents: OpenerFamily = {
  agents: [
    {
      kind: 'sync_agent',
      match: /\bdataaccessd\/|^Dalvik\//,
      client: 'Other',
      source: 'https://www.gmass.co/blog/false-opens-in-gmail/ calls them bots, suped.com wants their context',
    },
    {
      kind: 'bare_app',
      match: /\bCFNetwork\/[\d.]+ Darwin\//,
      client: 'Other',
      source: "Apple's URL loading system, used by every app that is not a browser",
    },
  ],
  rules: [
    {
      reason: 'sync_agent',
      verdict: 'unknown',
      confidence: 'probable',
      source: 'https://www.gmass.co/blog/false-opens-in-gmail/',
      applies: ({ kind }) => kind === 'sync_agent',
    },
    {
      reason: 'app_agent',
      verdict: 'unknown',
      confidence: 'low',
      source: 'https://developer.apple.com/documentation/cfnetwork',
      applies: ({ kind }) => kind === 'bare_app',
    },
  ],
};
