import type { NetworkClass } from '../domain/network-class.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { DOCUMENTED_LISTS } from './documented-lists.ts';
import { type NetworkSnapshot, readSnapshot, readSnapshotStamp } from './network-snapshot.ts';
import { buildNetworkTable, type ClassRanges, type NetworkTable } from './network-table.ts';
import { type AddressRange, parseRange } from './parse-range.ts';
import { toDocumentedRanges } from './to-network-class.ts';

export interface Networks {
  /** As the plain `toNetworkClass`, with the downloaded lists where there are some. */
  toNetworkClass(address: string): NetworkClass;
  /**
   * Days since the oldest refreshable list of a class was true; of all classes for null. Null when no list of the
   * class can be refreshed, which is also Apple's state before the first download.
   */
  ageDays(networkClass: NetworkClass | null): number | null;
  /** Takes over what `networks update` stored since; true when it did. A bad file is logged and changes nothing. */
  reload(): Promise<boolean>;
  figures(): NetworkFigures;
}

export interface NetworkFigures {
  readonly intervals: number;
  readonly lists: readonly ListFigures[];
}

export interface ListFigures {
  /** Null for what ships with the product and cannot be refreshed. */
  readonly source: string | null;
  readonly networkClass: NetworkClass;
  readonly ranges: number;
  readonly ageDays: number;
  readonly isDownloaded: boolean;
}

/** Opens the look-up of a data folder's lists over the shipped ones; an empty or bad folder leaves the shipped ones. */
export async function openNetworks(options: { folder: string; clock: Clock; log: Log }): Promise<Networks> {
  const { folder, clock, log } = options;
  let state = toState(null);
  let stamp: string | null = null;
  const reload = async (): Promise<boolean> => {
    const found = await readSnapshotStamp(folder);
    if (found === stamp) return false;
    stamp = found;
    try {
      state = toState(await readSnapshot(folder));
    } catch (error) {
      log.warn({ reason: String(error) }, 'networks.snapshot_refused');
      return false;
    }
    log.info({ intervals: state.table.intervals, lists: state.lists.length }, 'networks.loaded');
    return true;
  };
  await reload();
  return {
    toNetworkClass: (address) => state.table.toNetworkClass(address),
    ageDays: (networkClass) => toAgeDays(state.lists, networkClass, clock.now()),
    reload,
    figures: () => ({
      intervals: state.table.intervals,
      lists: state.lists.map(({ date, ranges, ...list }) => ({
        ...list,
        ranges: ranges.length,
        ageDays: toDays(clock.now() - date),
      })),
    }),
  };
}

interface KnownList extends ClassRanges {
  readonly source: string | null;
  /** Milliseconds since the epoch. */
  readonly date: number;
  readonly isDownloaded: boolean;
}

interface State {
  readonly table: NetworkTable;
  readonly lists: readonly KnownList[];
}

/** A downloaded source replaces the shipped lists of the same source; the others stay. */
function toState(snapshot: NetworkSnapshot | null): State {
  const downloaded = (snapshot?.lists ?? []).map((list) => ({
    source: list.source,
    networkClass: list.networkClass,
    date: Date.parse(list.date),
    isDownloaded: true,
    ranges: list.ranges.map(toRange),
  }));
  const replaced = new Set(downloaded.map(({ source }) => source));
  const shipped = DOCUMENTED_LISTS.filter(({ source }) => source === null || !replaced.has(source)).map((list) => ({
    source: list.source,
    networkClass: list.networkClass,
    date: Date.parse(list.date),
    isDownloaded: false,
    ranges: toDocumentedRanges(list),
  }));
  const lists: KnownList[] = [...shipped, ...downloaded];
  return { table: buildNetworkTable(lists), lists };
}

function toRange(text: string): AddressRange {
  const range = parseRange(text);
  if (range === null) throw new Error(`stored range "${text}" is no range`);
  return range;
}

function toAgeDays(lists: readonly KnownList[], networkClass: NetworkClass | null, now: number): number | null {
  const dates = lists
    .filter((list) => list.source !== null && (networkClass === null || list.networkClass === networkClass))
    .map(({ date }) => date);
  return dates.length === 0 ? null : toDays(now - Math.min(...dates));
}

/** Whole days; a list from the future (a clock that is behind) is fresh. */
function toDays(ms: number): number {
  return Math.max(0, Math.floor(ms / 86_400_000));
}
