import { setTimeout as pause } from 'node:timers/promises';
import { readCpuSeconds } from '../collect/cpu-seconds.ts';
import { type LoadPlan, type LoadResult, startPixelLoad } from '../pixel-load.ts';
import { type BenchParts, print, toMs, toRate } from './bench-parts.ts';
import { findWrong, readMoment, readTruth, waitForQuiet } from './compare-told.ts';
import { openWatcher, type Watcher } from './open-watcher.ts';
import { readResidentBytes } from './read-resident-bytes.ts';
import { makeKeyViewer, seedTeams, signInTeams, type Viewer } from './seed-people.ts';

const BYTES_MAX = 40_000;
const P99_FACTOR_MAX = 1.5;
/** A p99 below this is noise on a shared machine: a factor of it says nothing. */
const P99_FLOOR_MS = 10;
const TEAMS = 100;
const KEYS = 10;
const OPENED_AT_ONCE = 20;

/**
 * A hundred organizations whose members all look: each hears of their own opens, owners and admins of all signals,
 * and ten API keys of everything of ten organizations. The pixel's p99 is measured before, with and after them.
 */
export async function measureStreams(parts: BenchParts): Promise<boolean> {
  const { server, databases, dataDir, streams } = parts;
  const teams = await seedTeams(databases, { teams: TEAMS, members: Math.ceil(streams / TEAMS) });
  const keys = await Promise.all(teams.slice(0, KEYS).map((team) => makeKeyViewer(databases, team.organizationId)));
  const viewers = [...keys, ...(await signInTeams(databases, teams, dataDir))].slice(0, streams);
  const plan: LoadPlan = {
    url: server.url,
    hitsPerSecond: parts.hitsPerSecond,
    tokens: teams.flatMap(({ members }) => members.map(({ pixel }) => pixel.token)),
    campaignTokens: teams.map(({ campaign }) => campaign.pixel.token),
  };
  const before = await measureLoad(parts, plan);
  await waitForQuiet(databases);
  const bytesBefore = await readResidentBytes(server.pid);
  const watchers = await openAll(server.url, viewers);
  const bytes = ((await readResidentBytes(server.pid)) - bytesBefore) / streams;
  const since = await readMoment(databases);
  const during = await measureLoad(parts, plan);
  const lateMs = await waitForQuiet(databases);
  const truth = await readTruth(databases, since);
  const isRight = compare(viewers, watchers, truth);
  for (const watcher of watchers) watcher.cut();
  const after = await measureLoad(parts, plan);
  const alone = Math.min(before.p99Ms, after.p99Ms);
  const factor = during.p99Ms / Math.max(alone, P99_FLOOR_MS);
  print(`streams  ${streams} open: ${(bytes / 1_000).toFixed(1)} kB of memory each`);
  print(
    `streams  pixel p99 at ${toRate(during)}: ${toMs(during.p99Ms)} with ${streams} streams, ${toMs(before.p99Ms)} before and ${toMs(after.p99Ms)} after: ${factor.toFixed(2)} times`,
  );
  print(
    `streams  the server's processor: ${toPercent(during)} with them, ${toPercent(before)} before, ${toPercent(after)} after; all stored ${toMs(lateMs)} after the last hit`,
  );
  return isRight && bytes <= BYTES_MAX && factor <= P99_FACTOR_MAX;
}

async function openAll(url: string, viewers: readonly Viewer[]): Promise<readonly Watcher[]> {
  const watchers: Watcher[] = [];
  for (let from = 0; from < viewers.length; from += OPENED_AT_ONCE)
    watchers.push(
      ...(await Promise.all(viewers.slice(from, from + OPENED_AT_ONCE).map((viewer) => openWatcher(url, viewer)))),
    );
  return watchers;
}

function compare(
  viewers: readonly Viewer[],
  watchers: readonly Watcher[],
  truth: Awaited<ReturnType<typeof readTruth>>,
): boolean {
  const wrongs = new Map<string, number>();
  const told = { open: 0, signal: 0 };
  for (const [i, viewer] of viewers.entries()) {
    const watcher = watchers[i];
    const events = watcher?.told() ?? [];
    for (const { event } of events) if (event === 'open' || event === 'signal') told[event] += 1;
    const wrong = watcher?.isEnded ? 'ended' : findWrong(viewer, events, truth);
    if (wrong !== null) wrongs.set(wrong, (wrongs.get(wrong) ?? 0) + 1);
  }
  const wrong = [...wrongs.values()].reduce((sum, count) => sum + count, 0);
  print(
    `streams  of ${truth.opens.length} opens and ${truth.signals.length} signals stored, ${told.open} and ${told.signal} were told: ${viewers.length - wrong} of ${viewers.length} streams were told exactly what they may see, once, in order`,
  );
  for (const [what, count] of [...wrongs].slice(0, 5)) print(`streams  wrong on ${count}: ${what}`);
  return wrong === 0 && truth.opens.length > 0 && truth.signals.length > 0;
}

interface Measured extends LoadResult {
  /** Of one core. */
  readonly cpuPart: number;
}

async function measureLoad({ server, seconds }: BenchParts, plan: LoadPlan): Promise<Measured> {
  const cpuBefore = readCpuSeconds(server.pid);
  const load = startPixelLoad(plan);
  await pause(seconds * 1_000);
  const result = await load.stop();
  return { ...result, cpuPart: (readCpuSeconds(server.pid) - cpuBefore) / seconds };
}

function toPercent({ cpuPart }: Measured): string {
  return `${(100 * cpuPart).toFixed(0)} %`;
}
