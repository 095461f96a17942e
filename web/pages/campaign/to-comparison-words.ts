import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import type { Words } from '../../messages/use-words.ts';

/** Below these nothing is compared; the server says how many more are needed. */
const UNIQUES_MIN = 20;

/** What the figures of a campaign's subject lines allow to say, in the person's language. */
export function toComparisonWords({ variants, comparison }: CampaignStats, words: Words<'campaign'>): string {
  if (comparison === null || variants.length < 2) return '';
  if (variants.some(({ unique }) => unique === null)) return words('compareNoReaders');
  if (comparison.leader !== null) return words('compareLeads', { label: comparison.leader });
  const unused = variants.find(({ memberDays }) => memberDays < 1);
  if (unused) return words('compareUnused', { label: unused.label });
  const uniques = variants.reduce((sum, { unique }) => sum + (unique ?? 0), 0);
  if (uniques < UNIQUES_MIN) return words('compareFew', { uniques, needed: uniques + (comparison.moreNeeded ?? 0) });
  const [first] = [...variants].sort((a, b) => toRate(b) - toRate(a));
  if (comparison.moreNeeded === null || first === undefined) return words('compareNone');
  return words('compareAhead', { label: first.label, more: comparison.moreNeeded });
}

function toRate({ unique, memberDays }: CampaignStats['variants'][number]): number {
  return (unique ?? 0) / memberDays;
}
