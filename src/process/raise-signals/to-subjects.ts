import type { PixelId } from '../../domain/ids.ts';
import type { OpenEvent } from '../mark-unique.ts';
import type { Pixel, Pixels } from '../read-pixels.ts';
import type { Identity } from '../to-identities.ts';
import type { WithdrawnPlace } from '../withdraw-events.ts';
import type { SubjectKind } from './seen-open.ts';

/** A pixel of which something changed that its signals rest on. Its row is locked. */
export interface Subject {
  readonly pixel: Pixel;
  readonly kind: SubjectKind;
  /** The earliest change, milliseconds: what was raised before it stands. */
  readonly fromAt: number;
  /** Times of the new opens, in no order. */
  readonly openedAts: readonly number[];
  /** Of readers among them. */
  readonly readers: readonly Identity[];
  readonly withdrawnAts: readonly number[];
}

/** True for what signals are made from. Prefetches, machines, own devices and what nobody can tell never are. */
export function maySignal({ judgement, isCounted }: Pick<OpenEvent, 'judgement' | 'isCounted'>): boolean {
  return isCounted && (judgement.verdict === 'human' || judgement.verdict === 'proxy_open');
}

/** One per pixel that new opens or withdrawn ones belong to, where its organization and member want signals at all. */
export function toSubjects(
  events: readonly OpenEvent[],
  withdrawn: readonly WithdrawnPlace[],
  pixels: Pixels,
): readonly Subject[] {
  const drafts = new Map<PixelId, Draft>();
  const toDraft = (pixel: Pixel): Draft => {
    const draft = drafts.get(pixel.id) ?? { pixel, openedAts: [], readers: [], withdrawnAts: [] };
    drafts.set(pixel.id, draft);
    return draft;
  };
  for (const event of events) {
    if (event.pixel.settings.mode !== 'signals' || !maySignal(event)) continue;
    const draft = toDraft(event.pixel);
    draft.openedAts.push(event.hit.hitAt);
    if (event.judgement.verdict === 'human') draft.readers.push(...event.foldedAs);
  }
  for (const { pixelId, hitAt } of withdrawn) {
    const pixel = pixels.get(pixelId);
    if (pixel?.settings.mode === 'signals') toDraft(pixel).withdrawnAts.push(hitAt);
  }
  return [...drafts.values()].map(toSubject);
}

interface Draft {
  readonly pixel: Pixel;
  readonly openedAts: number[];
  readonly readers: Identity[];
  readonly withdrawnAts: number[];
}

function toSubject(draft: Draft): Subject {
  const { trackingType, isDeal } = draft.pixel;
  const kind = trackingType === 'user' ? 'user' : isDeal ? 'deal' : 'campaign';
  const fromAt = [...draft.openedAts, ...draft.withdrawnAts].reduce((least, at) => Math.min(least, at));
  return { ...draft, kind, fromAt };
}
