import type { HitHints } from '../../domain/hit.ts';
import { NETWORK_CLASSES, type NetworkClass } from '../../domain/network-class.ts';
import type { Judgement } from '../../domain/verdict.ts';
import { judge } from './judge.ts';
import { createRecentMap } from './recent-map.ts';
import { type Agent, toAgent } from './to-agent.ts';

// What a request told of itself enters, its verdict leaves, with the reason and the coarse features it rests on. Pure:
// the same facts give the same judgement for ever under one RULES_VERSION. What must never happen: a machine judged a
// reader because a list was incomplete is a pity, a reader judged a machine because a list was old is a fault.

export interface HitFacts {
  /** As sent; empty when the header was missing. */
  readonly userAgent: string;
  readonly networkClass: NetworkClass;
  readonly hints: HitHints;
  /** Age in days of the list of Google's proxy pool behind `networkClass`; absent or null: not known, taken as fresh. */
  readonly networksAgeDays?: number | null;
}

/** Judges one hit. 'self', 'test' and bursts need what surrounds the hit and are decided by the caller. */
export function classify(facts: HitFacts): Judgement {
  const known = toKnownAgent(facts.userAgent);
  const isNetworkListOld = (facts.networksAgeDays ?? 0) > NETWORKS_AGE_DAYS_MAX;
  const { isPrefetch } = facts.hints;
  const slot = NETWORK_CLASSES.indexOf(facts.networkClass) * 4 + (isPrefetch ? 2 : 0) + (isNetworkListOld ? 1 : 0);
  const cached = known.judgements[slot];
  if (cached !== undefined && cached !== null) return cached;
  const judgement = judge({ ...known.agent, network: facts.networkClass, isPrefetch, isNetworkListOld });
  known.judgements[slot] = judgement;
  return judgement;
}

/** Beyond it an address list accuses nobody any more: publishers change them daily. */
export const NETWORKS_AGE_DAYS_MAX = 90;

/** User agents held in each of two generations. */
const AGENTS_CACHED_MAX = 4096;

interface KnownAgent {
  readonly agent: Agent;
  /** By network class and flags. */
  readonly judgements: (Judgement | null)[];
}

const recentAgents = createRecentMap<KnownAgent>(AGENTS_CACHED_MAX);

/** Every kind of agent once: some hundred, since kinds, clients and devices are lists in the code. */
const KNOWN_AGENTS = new Map<string, KnownAgent>();

function toKnownAgent(userAgent: string): KnownAgent {
  const cached = recentAgents.get(userAgent);
  if (cached !== undefined) return cached;
  const known = toShared(toAgent(userAgent));
  recentAgents.set(userAgent, known);
  return known;
}

function toShared(agent: Agent): KnownAgent {
  const name = `${agent.kind} ${agent.device} ${agent.client}`;
  const shared = KNOWN_AGENTS.get(name) ?? { agent, judgements: new Array(NETWORK_CLASSES.length * 4).fill(null) };
  KNOWN_AGENTS.set(name, shared);
  return shared;
}
