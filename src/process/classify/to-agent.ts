import type { Device } from '../../domain/verdict.ts';
import { toClientFamily } from './client-family.ts';
import { toDevice } from './device.ts';
import { FAMILIES } from './families.ts';
import type { AgentKind, AgentPattern } from './opener-family.ts';

/** What a user agent tells, before the network and the headers are looked at. */
export interface Agent {
  readonly kind: AgentKind;
  readonly client: string;
  readonly device: Device;
}

/** Recognises a user agent by the first pattern that matches; white space around it says nothing. */
export function toAgent(userAgent: string): Agent {
  const text = userAgent.trim();
  const pattern = PATTERNS.find(({ match }) => isMatch(match, text));
  return {
    kind: pattern?.kind ?? 'browser',
    client: toClient(pattern?.client ?? toClientFamily, text),
    device: pattern?.device ?? toDevice(text),
  };
}

const PATTERNS: readonly AgentPattern[] = FAMILIES.flatMap(({ agents }) => agents);

function isMatch(match: AgentPattern['match'], text: string): boolean {
  if (typeof match === 'string') return text === match;
  return typeof match === 'function' ? match(text) : match.test(text);
}

function toClient(client: NonNullable<AgentPattern['client']>, text: string): string {
  return typeof client === 'string' ? client : client(text);
}
