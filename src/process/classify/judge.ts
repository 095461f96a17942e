import type { Judgement } from '../../domain/verdict.ts';
import { FAMILIES, RULES_VERSION } from './families.ts';
import { AGENT_KINDS, type AgentKind, type Features, type VerdictRule } from './opener-family.ts';

/** Applies the rules to coarse features: the first that applies decides. */
export function judge(features: Features): Judgement {
  const rule = RULES.find(({ applies }) => applies(features));
  if (rule === undefined) throw new Error('the last rule applies to everything');
  return Object.freeze({
    verdict: rule.verdict,
    confidence: rule.confidence,
    reason: rule.reason,
    rulesVersion: RULES_VERSION,
    device: features.device,
    clientFamily: features.client,
    networkClass: features.network,
    hints: toHints(features),
  });
}

/**
 * Judges a stored judgement again by today's rules, from its coarse features alone. Verdicts that were decided by
 * what surrounded the hit (own device, install test, burst) stay, as do those without a kind of agent.
 */
export function rejudge(stored: Judgement): Judgement {
  const flags = stored.hints.split(' ');
  const kind = parseKind(flags);
  if (kind === null || REASONS_OF_CONTEXT.includes(stored.reason)) return stored;
  return judge({
    kind,
    client: stored.clientFamily,
    device: stored.device,
    network: stored.networkClass,
    isPrefetch: flags.includes('prefetch'),
    isNetworkListOld: flags.includes('old_networks'),
  });
}

const RULES: readonly VerdictRule[] = FAMILIES.flatMap(({ rules }) => rules);

/** Reasons decided outside of `classify`, with facts that are gone by the time history is judged again. */
const REASONS_OF_CONTEXT: readonly string[] = ['own_device', 'own_network', 'install_test', 'scanner_burst'];

function toHints({ kind, isPrefetch, isNetworkListOld }: Features): string {
  return [`agent:${kind}`, ...(isNetworkListOld ? ['old_networks'] : []), ...(isPrefetch ? ['prefetch'] : [])].join(
    ' ',
  );
}

function parseKind(flags: readonly string[]): AgentKind | null {
  const flag = flags.find((text) => text.startsWith('agent:'));
  return AGENT_KINDS.find((kind) => `agent:${kind}` === flag) ?? null;
}
