import type { Period } from '../domain/calendar.ts';
import type { MemberId, VariantId } from '../domain/ids.ts';

/** From when a member carries the campaign: the variant is the first until they pick. */
export interface Holder {
  readonly memberId: MemberId;
  readonly since: number;
}

export interface Pick {
  readonly memberId: MemberId;
  readonly variantId: VariantId;
  readonly at: number;
}

/** For how long each variant stood in signatures during `spans` (when the campaign was active), in milliseconds. */
export function toExposures(campaign: {
  readonly first: VariantId;
  readonly holders: readonly Holder[];
  readonly picks: readonly Pick[];
  readonly spans: readonly Period[];
}): ReadonlyMap<VariantId, number> {
  const byMember = new Map<MemberId, Pick[]>();
  for (const pick of [...campaign.picks].sort((a, b) => a.at - b.at))
    byMember.set(pick.memberId, [...(byMember.get(pick.memberId) ?? []), pick]);
  const exposures = new Map<VariantId, number>();
  for (const { memberId, since } of campaign.holders) {
    const turns = [{ variantId: campaign.first, at: since }, ...(byMember.get(memberId) ?? [])];
    for (const [index, turn] of turns.entries()) {
      const from = Math.max(turn.at, since);
      const to = turns[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      const held = campaign.spans.reduce((sum, span) => sum + toOverlap({ from, to }, span), 0);
      exposures.set(turn.variantId, (exposures.get(turn.variantId) ?? 0) + held);
    }
  }
  return exposures;
}

function toOverlap(a: Period, b: Period): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
}
