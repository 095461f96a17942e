import type { Open } from '../../../src/contract/open-feed.ts';
import type { Signal } from '../../../src/contract/signal.ts';

/** What the feed shows in one row: an open, a signal, or the rest of a flood of like opens, folded. */
export type FeedRow =
  | { readonly kind: 'open'; readonly at: string; readonly open: Open }
  | { readonly kind: 'signal'; readonly at: string; readonly signal: Signal }
  | { readonly kind: 'more'; readonly at: string; readonly opens: readonly Open[] };

/** So many like opens in a row are told one by one, the others behind a count. */
const SHOWN_OF_FLOOD = 3;
/** A single one is not worth a fold. */
const FOLDED_LEAST = 2;

/** Newest first. Opens are alike when they are of one subject and judged the same. */
export function toFeedRows(opens: readonly Open[], signals: readonly Signal[]): readonly FeedRow[] {
  const rows: FeedRow[] = [
    ...opens.map((open): FeedRow => ({ kind: 'open', at: open.at, open })),
    ...signals.map((signal): FeedRow => ({ kind: 'signal', at: signal.raisedAt, signal })),
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return toRuns(rows).flatMap(fold);
}

function toRuns(rows: readonly FeedRow[]): readonly (readonly FeedRow[])[] {
  const runs: FeedRow[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && isAlike(last, row)) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

function isAlike(a: FeedRow, b: FeedRow): boolean {
  if (a.kind !== 'open' || b.kind !== 'open') return false;
  return (
    a.open.campaignId === b.open.campaignId && a.open.reason === b.open.reason && a.open.counted === b.open.counted
  );
}

function fold(run: readonly FeedRow[]): readonly FeedRow[] {
  const [first] = run;
  const rest = run.slice(SHOWN_OF_FLOOD);
  if (first?.kind !== 'open' || rest.length < FOLDED_LEAST) return run;
  const opens = rest.flatMap((row) => (row.kind === 'open' ? [row.open] : []));
  return [...run.slice(0, SHOWN_OF_FLOOD), { kind: 'more', at: rest[0]?.at ?? first.at, opens }];
}
