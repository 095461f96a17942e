import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { type NetworkSnapshot, readSnapshot, type SnapshotList, storeSnapshot } from './network-snapshot.ts';
import { NETWORK_SOURCES, type NetworkSource } from './network-sources.ts';
import { mergeRanges, toRangeText } from './parse-range.ts';
import { ListError } from './published-list.ts';

export interface UpdateOptions {
  /** Where the lists are kept: `networks` in the data folder. */
  readonly folder: string;
  /** Addresses to ask instead of the publishers', by source name; "off" leaves a source out and drops its lists. */
  readonly urls: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What became of one source. A refused one keeps the lists it had, with their old date. */
export interface SourceOutcome {
  readonly source: string;
  readonly state: 'updated' | 'refused' | 'off';
  /** Ranges held after the update, merged. */
  readonly ranges: number;
  /** Why it was refused; null otherwise. */
  readonly error: string | null;
}

/**
 * Downloads the publishers' lists, checks each (status, size, shape, every range, a plausible number of them), and
 * stores all of them in one step. Throws only when a name in `urls` is unknown or the folder cannot be written.
 */
export async function updateNetworks(options: UpdateOptions): Promise<SourceOutcome[]> {
  const unknown = Object.keys(options.urls).find((name) => NETWORK_SOURCES.every((source) => source.name !== name));
  if (unknown !== undefined) {
    throw new Error(
      `there is no network list "${unknown}"; known: ${NETWORK_SOURCES.map(({ name }) => name).join(', ')}`,
    );
  }
  const held = await readHeld(options);
  const results = await Promise.all(NETWORK_SOURCES.map((source) => updateSource(source, options, held)));
  if (results.some(({ outcome }) => outcome.state !== 'refused')) {
    await storeSnapshot(options.folder, { format: 1, lists: results.flatMap(({ lists }) => lists) });
  }
  for (const { outcome } of results) options.log.info({ ...outcome }, 'networks.source_updated');
  return results.map(({ outcome }) => outcome);
}

interface SourceResult {
  readonly outcome: SourceOutcome;
  readonly lists: readonly SnapshotList[];
}

/** A stored file that cannot be read is as good as none: the update replaces it. */
async function readHeld({ folder, log }: UpdateOptions): Promise<NetworkSnapshot> {
  try {
    return (await readSnapshot(folder)) ?? { format: 1, lists: [] };
  } catch (error) {
    log.warn({ reason: String(error) }, 'networks.snapshot_refused');
    return { format: 1, lists: [] };
  }
}

async function updateSource(
  source: NetworkSource,
  options: UpdateOptions,
  held: NetworkSnapshot,
): Promise<SourceResult> {
  const url = options.urls[source.name] ?? source.url;
  if (url === 'off') return toResult(source, 'off', [], null);
  try {
    const text = await download(source.toRequestUrl?.(url) ?? url);
    return toResult(source, 'updated', toLists(source, { text, url, now: options.clock.now() }), null);
  } catch (error) {
    const kept = held.lists.filter((list) => list.source === source.name);
    return toResult(source, 'refused', kept, toReason(error));
  }
}

function toResult(
  { name }: NetworkSource,
  state: SourceOutcome['state'],
  lists: readonly SnapshotList[],
  error: string | null,
): SourceResult {
  const ranges = lists.reduce((sum, list) => sum + list.ranges.length, 0);
  return { lists, outcome: { source: name, state, ranges, error } };
}

function toLists(source: NetworkSource, from: { text: string; url: string; now: number }): SnapshotList[] {
  const published = source.parse(from.text);
  const count = published.reduce((sum, list) => sum + list.ranges.length, 0);
  if (count < source.rangesMin || count > source.rangesMax) {
    throw new ListError(`${count} ranges, expected ${source.rangesMin} to ${source.rangesMax}`);
  }
  return published.map(({ networkClass, ranges, publishedAt }) => ({
    source: source.name,
    networkClass,
    url: from.url,
    fetchedAt: new Date(from.now).toISOString(),
    date: new Date(Math.min(publishedAt ?? from.now, from.now)).toISOString(),
    ranges: mergeRanges(ranges).map(toRangeText),
  }));
}

/** For connecting, and for all of the body. Apple's list is 15 MB. */
const DOWNLOAD_TIMEOUT_MS = 120_000;
const DOWNLOAD_BYTES_MAX = 64 * 1024 * 1024;

async function download(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), redirect: 'follow' });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new ListError(`answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > DOWNLOAD_BYTES_MAX) throw new ListError(`larger than ${DOWNLOAD_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` hides what went wrong in `cause`. */
function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message || String(error.cause)}` : '';
  return `${error.message}${cause}`;
}
