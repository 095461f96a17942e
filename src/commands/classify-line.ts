import { z } from 'zod';
import { toHitHints } from '../collect/to-hit-hints.ts';
import { USER_AGENT_CHARS_MAX } from '../domain/hit.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import { explain, type Reason } from '../domain/reasons.ts';
import type { Confidence, Device, Verdict } from '../domain/verdict.ts';
import { classify } from '../process/classify/classify.ts';
import { RULES_VERSION } from '../process/classify/families.ts';

export interface LineTools {
  toNetworkClass(address: string): NetworkClass;
  /** Age of Google's list, null when not known. */
  readonly networksAgeDays: number | null;
}

export interface ClassifiedLine {
  readonly verdict: Verdict;
  readonly confidence: Confidence;
  readonly reason: string;
  readonly explanation: string;
  readonly device: Device;
  readonly client: string;
  readonly network: NetworkClass;
  readonly rulesVersion: number;
}

/** Judges the request of one JSON line; null for a blank one, `{ error }` for one that cannot be read. */
export function classifyLine(line: string, tools: LineTools): ClassifiedLine | { readonly error: string } | null {
  if (line.trim() === '') return null;
  const request = parseRequest(line);
  if ('error' in request) return request;
  const network = request.ip === undefined ? 'unknown' : tools.toNetworkClass(request.ip);
  if (request.ip !== undefined && network === 'unknown') return { error: `"ip" is no IPv4 or IPv6 address` };
  const judgement = classify({
    userAgent: request.ua.slice(0, USER_AGENT_CHARS_MAX),
    networkClass: network,
    hints: toHitHints(toLowerCase(request.headers ?? {})),
    networksAgeDays: tools.networksAgeDays,
  });
  const { device, clientFamily: client } = judgement;
  const isHead = (request.method ?? 'GET').toUpperCase() === 'HEAD';
  const { verdict, confidence, reason } = isHead ? HEAD_REQUEST : judgement;
  return {
    verdict,
    confidence,
    reason,
    explanation: explain(reason),
    device,
    client,
    network,
    rulesVersion: RULES_VERSION,
  };
}

/** The collector answers HEAD and records nothing, so no rule ever sees one. */
const HEAD_REQUEST = { verdict: 'bot', confidence: 'certain', reason: 'head_request' satisfies Reason } as const;

const requestShape = z.object({
  ua: z.string(),
  ip: z.string().optional(),
  method: z.string().optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
});

function parseRequest(line: string): z.infer<typeof requestShape> | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
  const parsed = requestShape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return { error: `"${issue?.path.join('.') || 'the line'}": ${issue?.message ?? 'not readable'}` };
}

function toLowerCase(headers: Readonly<Record<string, string | string[]>>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
