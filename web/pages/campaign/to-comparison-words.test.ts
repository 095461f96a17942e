import { expect, test } from 'vitest';
import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import { campaign } from '../../messages/en/campaign.ts';
import { toWords } from '../../messages/to-words.ts';
import { toComparisonWords } from './to-comparison-words.ts';

const WORDS = toWords(campaign);
const WAITS = { state: 'not_enough_data', leader: null, moreNeeded: null, sentence: '' } as const;

test.each([
  [[toArm('A', 3, 1), toArm('B', 4, 1)], { moreNeeded: 13 }, /7 unique opens, at least 20/],
  [[toArm('A', 30, 0.4), toArm('B', 4, 1)], {}, /A was in signatures for less than a day/],
  [[toArm('A', 30, 10), toArm('B', 30, 5)], { moreNeeded: 60 }, /B is ahead, but about 60 unique opens more/],
  [[toArm('A', 30, 5), toArm('B', 30, 5)], {}, /No subject line is ahead/],
  [[toArm('A', 90, 5), toArm('B', 30, 5)], { state: 'leads', leader: 'A' }, /A draws more opens/],
  [[toArm('A', null, 5), toArm('B', 30, 5)], {}, /not told apart/],
] as const)('case %#: what may be said of subject lines', (variants, more, expected) => {
  expect(toComparisonWords(toStats(variants, { ...WAITS, ...more }), WORDS)).toMatch(expected);
});

function toArm(label: string, unique: number | null, memberDays: number) {
  return { label, opens: unique ?? 0, unique, memberDays, expectedShare: null, interval: null };
}

function toStats(variants: readonly ReturnType<typeof toArm>[], comparison: object): CampaignStats {
  return { variants, comparison } as unknown as CampaignStats;
}
