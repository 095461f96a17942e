import type { Databases } from '../db/open-databases.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { ENTRIES_READ_MAX, type LiveEntry, type LogAsk, type LogPlace, watchLog } from './live-log.ts';

/** How far this process has read one organization's log. */
export interface LogFollower {
  /** Up to here it was read. */
  readonly position: number;
  /** A screen that has everything up to an earlier id than this cannot be brought up to date. */
  readonly completeFrom: number;
  /** Has the log written, and learns where it stands. The first to come does it; after a failure the next. */
  start(): Promise<void>;
  /** Reads what is new. `lastId`, when known, saves a read that would find nothing. */
  wake(lastId?: number): Promise<void>;
  /** Keeps the log being written; finds what a lost wake-up would have told. */
  renew(): Promise<void>;
}

export interface LogFollowerOptions {
  readonly databases: Databases;
  readonly organizationId: OrganizationId;
  readonly readEntries: (ask: LogAsk) => Promise<readonly LiveEntry[]>;
  /** The position stands behind them already: who joins while they are told catches up by itself. */
  readonly onEntries: (entries: readonly LiveEntry[]) => Promise<void>;
  /** Nobody could keep the log written for hours: what came meanwhile is in none. */
  readonly onGap: (position: number) => void;
}

export function followLog(options: LogFollowerOptions): LogFollower {
  const { databases, organizationId, readEntries, onEntries, onGap } = options;
  let place: Promise<LogPlace> | null = null;
  let position = 0;
  let completeFrom = 0;
  let reading: Promise<void> | null = null;
  let isBehind = false;

  const start = async (): Promise<void> => {
    place ??= watchLog(databases, organizationId).then((found) => {
      position = found.lastId;
      completeFrom = found.completeFrom;
      return found;
    });
    await place.catch((error: unknown) => {
      place = null;
      throw error;
    });
  };

  /** True when there may be more. Entries that could not be told are read again; who was told is not told twice. */
  const readPage = async (): Promise<boolean> => {
    const entries = await readEntries({ organizationId, after: position });
    const last = entries.at(-1);
    if (last === undefined) return false;
    const before = position;
    position = last.id;
    try {
      await onEntries(entries);
    } catch (error) {
      position = before;
      throw error;
    }
    return entries.length === ENTRIES_READ_MAX;
  };

  const readOn = async (): Promise<void> => {
    try {
      do {
        isBehind = false;
        while (await readPage());
      } while (isBehind);
    } finally {
      reading = null;
    }
  };

  const wake = async (lastId = Number.POSITIVE_INFINITY): Promise<void> => {
    if (place === null) return;
    await start();
    if (lastId <= position) return;
    isBehind = true;
    reading ??= readOn();
    await reading;
  };

  return {
    get position() {
      return position;
    },
    get completeFrom() {
      return completeFrom;
    },
    start,
    wake,
    renew: async () => {
      await start();
      const found = await watchLog(databases, organizationId);
      const isGap = found.completeFrom > position;
      completeFrom = found.completeFrom;
      if (isGap) {
        position = found.lastId;
        onGap(position);
      }
      await wake(found.lastId);
    },
  };
}
