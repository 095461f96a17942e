import { listedBots, selfNamedBots } from './bots.ts';
import { browsers } from './browsers.ts';
import { libraries } from './libraries.ts';
import { mailClients } from './mail-clients.ts';
import { mailProxies } from './mail-proxies.ts';
import { malformedAgents } from './malformed-agents.ts';
import type { OpenerFamily } from './opener-family.ts';
import { prefetch } from './prefetch.ts';
import { programs } from './programs.ts';
import { requestHints } from './request-hints.ts';
import { scanners } from './scanners.ts';
import { syncAgents } from './sync-agents.ts';

/**
 * Every kind of opener, in the order they are asked. Mail proxies come before every list of bots, self-named bots
 * before the mail clients they may pose as, mail clients before the lists that call them bots.
 */
export const FAMILIES: readonly OpenerFamily[] = [
  requestHints,
  prefetch,
  mailProxies,
  scanners,
  selfNamedBots,
  mailClients,
  syncAgents,
  libraries,
  { agents: listedBots, rules: [] },
  malformedAgents,
  programs,
  browsers,
];

/** Raised by one whenever a pattern or a rule changes what is judged: stored with every event. */
export const RULES_VERSION = 1;
