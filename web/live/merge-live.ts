import type { LiveOpen, Withdrawn } from '../../src/contract/live.ts';
import type { Open, OpenFeed } from '../../src/contract/open-feed.ts';
import type { Signal } from '../../src/contract/signal.ts';
import type { LiveMessage } from './live-stream.ts';

/** GET /api/signals. */
export interface SignalList {
  readonly data: readonly Signal[];
  readonly next: string | null;
}

/** A screen that stays open for weeks keeps this many of each. */
const KEPT_MAX = 200;

/** The feed after what was told: a new open on its place, a changed one changed, a withdrawn one gone. */
export function mergeOpens(feed: OpenFeed, { event, data }: LiveMessage): OpenFeed {
  if (event === 'open') return { ...feed, data: put(feed.data, data as LiveOpen, ({ at }: Open) => at) };
  return event === 'withdrawn' ? { ...feed, data: remove(feed.data, data as Withdrawn, 'open') } : feed;
}

export function mergeSignals(list: SignalList, { event, data }: LiveMessage): SignalList {
  if (event === 'signal') return { ...list, data: put(list.data, data as Signal, ({ raisedAt }: Signal) => raisedAt) };
  return event === 'withdrawn' ? { ...list, data: remove(list.data, data as Withdrawn, 'signal') } : list;
}

/** Newest first. */
function put<T extends { readonly id: string }>(rows: readonly T[], row: T, toTime: (row: T) => string): T[] {
  const others = rows.filter(({ id }) => id !== row.id);
  const place = others.findIndex((other) => toTime(other) <= toTime(row));
  others.splice(place === -1 ? others.length : place, 0, row);
  return others.slice(0, KEPT_MAX);
}

function remove<T extends { readonly id: string }>(rows: readonly T[], gone: Withdrawn, kind: Withdrawn['kind']): T[] {
  return rows.filter(({ id }) => gone.kind !== kind || id !== gone.id);
}
