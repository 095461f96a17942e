import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { TrackingType } from '../domain/hit.ts';
import type { Judgement } from '../domain/verdict.ts';
import { findOwnDevices, type Kinship } from '../visitors/own-devices.ts';
import type { JudgedHit } from './judge-records.ts';
import type { Pixel } from './read-pixels.ts';

/** Whose image each hit fetched. */
interface Owners {
  find(trackingType: TrackingType, tokenHash: Uint8Array): Pick<Pixel, 'organizationId' | 'settings'> | null;
}

/**
 * A reader on a device on which a member of the organization is signed in is the team itself: `self`, not counted. One
 * behind the same address by another agent keeps counting, at low confidence. Only networks of people's own: behind a
 * proxy, a relay or a cloud an address is everybody's.
 */
export async function judgeOwnDevices(
  trx: Transaction<Schema>,
  hits: readonly JudgedHit[],
  owners: Owners,
): Promise<readonly JudgedHit[]> {
  const fetchers = hits.flatMap(({ hit, judgement }, index) => {
    if (judgement.verdict !== 'human' || judgement.networkClass !== 'eyeball') return [];
    const owner = owners.find(hit.trackingType, hit.tokenHash);
    if (owner === null || owner.settings.mode !== 'signals' || !owner.settings.exclude_own_opens) return [];
    const { address, userAgent } = hit;
    return [{ index, organizationId: owner.organizationId, address, userAgent }];
  });
  if (fetchers.length === 0) return hits;
  const kin = await findOwnDevices(trx, fetchers);
  if (kin.size === 0) return hits;
  const judged = [...hits];
  for (const [{ index }, kinship] of kin) {
    const hit = judged[index];
    if (hit) judged[index] = { ...hit, judgement: toOwnJudgement(hit.judgement, kinship) };
  }
  return judged;
}

/** Never certain: a guest behind the same address may use the same program. */
function toOwnJudgement(judgement: Judgement, kinship: Kinship): Judgement {
  return kinship === 'device'
    ? { ...judgement, verdict: 'self', confidence: 'probable', reason: 'own_device' }
    : { ...judgement, confidence: 'low', reason: 'own_network' };
}
