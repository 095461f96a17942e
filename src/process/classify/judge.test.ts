import { describe, expect, test } from 'vitest';
import { NETWORK_CLASSES } from '../../domain/network-class.ts';
import { REASONS } from '../../domain/reasons.ts';
import type { Judgement } from '../../domain/verdict.ts';
import { classify } from './classify.ts';
import { FAMILIES } from './families.ts';
import { judge, rejudge } from './judge.ts';
import { AGENT_KINDS } from './opener-family.ts';

const AGENTS = [
  'Mozilla/5.0',
  'curl/8.11.0',
  'Outlook-iOS/2.0',
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
];

describe('a stored judgement', () => {
  test('judged again by the same rules comes out the same, from its coarse features alone', () => {
    for (const userAgent of AGENTS) {
      for (const networkClass of NETWORK_CLASSES) {
        for (const isPrefetch of [false, true]) {
          const judgement = classify({
            userAgent,
            networkClass,
            hints: { isPrefetch },
            networksAgeDays: isPrefetch ? 120 : 3,
          });
          expect(rejudge(judgement)).toEqual(judgement);
        }
      }
    }
  });

  test('of older rules takes the verdict of the rules of today', () => {
    const today = classify({ userAgent: AGENTS[0] ?? '', networkClass: 'eyeball', hints: { isPrefetch: false } });
    const stored: Judgement = { ...today, verdict: 'human', confidence: 'certain', reason: 'browser', rulesVersion: 0 };
    expect(rejudge(stored)).toEqual(today);
  });

  test('that rests on what surrounded the hit stays', () => {
    const today = classify({ userAgent: AGENTS[4] ?? '', networkClass: 'eyeball', hints: { isPrefetch: false } });
    for (const reason of ['own_device', 'own_network', 'install_test', 'scanner_burst']) {
      const stored: Judgement = { ...today, verdict: 'self', reason, rulesVersion: 0 };
      expect(rejudge(stored)).toBe(stored);
    }
  });

  test('without a kind of agent stays', () => {
    const stored: Judgement = {
      verdict: 'human',
      confidence: 'low',
      reason: 'browser',
      rulesVersion: 0,
      device: 'unknown',
      clientFamily: 'Other',
      networkClass: 'eyeball',
      hints: '',
    };
    expect(rejudge(stored)).toBe(stored);
  });
});

describe('the rules', () => {
  const rules = FAMILIES.flatMap((family) => family.rules);
  const agents = FAMILIES.flatMap((family) => family.agents);

  test('decide every combination of kind, network and hints', () => {
    for (const kind of AGENT_KINDS) {
      for (const network of NETWORK_CLASSES) {
        for (const isPrefetch of [false, true]) {
          const features = {
            kind,
            network,
            isPrefetch,
            client: 'Other',
            device: 'unknown',
            isNetworkListOld: isPrefetch,
          } as const;
          expect(judge(features).reason).toBeTruthy();
        }
      }
    }
  });

  test('each decides something: none is hidden by those before it', () => {
    const reached = new Set<object>();
    for (const kind of AGENT_KINDS) {
      for (const network of NETWORK_CLASSES) {
        for (const flags of [0, 1, 2]) {
          const features = {
            kind,
            network,
            isPrefetch: flags === 2,
            client: 'Other',
            device: 'unknown',
            isNetworkListOld: flags === 1,
          } as const;
          reached.add(rules.find(({ applies }) => applies(features)) ?? {});
        }
      }
    }
    expect(
      rules.filter((rule) => !reached.has(rule)).map(({ reason, confidence }) => `${reason} ${confidence}`),
    ).toEqual([]);
  });

  test('and the patterns name what they rest on', () => {
    expect([...rules, ...agents].filter(({ source }) => source.length < 10)).toEqual([]);
  });

  test('use every reason, but for those decided elsewhere', () => {
    const elsewhere = ['head_request', 'own_device', 'own_network', 'install_test', 'scanner_burst'];
    const used = new Set<string>(rules.map(({ reason }) => reason));
    expect(
      Object.keys(REASONS)
        .filter((reason) => !used.has(reason))
        .sort(),
    ).toEqual(elsewhere.sort());
  });

  test('name every kind of agent', () => {
    const named = new Set<string>(agents.map(({ kind }) => kind));
    expect(AGENT_KINDS.filter((kind) => !named.has(kind))).toEqual([]);
  });
});
