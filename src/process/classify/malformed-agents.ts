import type { OpenerFamily } from './opener-family.ts';

/** Machines that pose as a browser and slip: no software that exists writes its name so. */
export const malformedAgents: OpenerFamily = {
  agents: [
    {
      kind: 'malformed',
      match:
        /; ?\{\}[;)]|%s|\$\{|<%|\(Macintosh:|\(Windows:|AppleWebKit\/ |Safari\/$|Chrome\/ |\bMozilla\/(?:6\.[1-9]|[7-9]\.\d)/,
      client: 'Other',
      source: 'unfilled templates, colons for semicolons, engines without version, Mozilla versions that never were',
    },
  ],
  rules: [
    {
      reason: 'malformed_agent',
      verdict: 'bot',
      confidence: 'probable',
      source: 'measured on 6,900 labelled agents: robots alone write these',
      applies: ({ kind }) => kind === 'malformed',
    },
  ],
};
