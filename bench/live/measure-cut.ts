import { setTimeout as pause } from 'node:timers/promises';
import { startPixelLoad } from '../pixel-load.ts';
import { type BenchParts, print } from './bench-parts.ts';
import { findWrong, readMoment, readTruth, waitForQuiet } from './compare-told.ts';
import { openWatcher } from './open-watcher.ts';
import { makeKeyViewer, seedTeams, signInTeams } from './seed-people.ts';

const HITS_PER_SECOND = 40;
const TALK_MS = 3_000;
/** A machine that has other work may be late with the first opens. */
const TALK_TRIES_MAX = 5;

/** Screens that are cut while opens go on, and come back: what they were told before and after is exactly what happened. */
export async function measureCut(parts: BenchParts): Promise<boolean> {
  const { server, databases, dataDir, cutSeconds } = parts;
  const teams = await seedTeams(databases, { teams: 1, members: 3 });
  const people = await signInTeams(databases, teams, dataDir);
  const keys = await Promise.all(teams.map((team) => makeKeyViewer(databases, team.organizationId)));
  const viewers = [...people, ...keys];
  await waitForQuiet(databases);
  const first = await Promise.all(viewers.map((viewer) => openWatcher(server.url, viewer)));
  const since = await readMoment(databases);
  const load = startPixelLoad({
    url: server.url,
    hitsPerSecond: HITS_PER_SECOND,
    tokens: teams.flatMap(({ members }) => members.map(({ pixel }) => pixel.token)),
    campaignTokens: teams.map(({ campaign }) => campaign.pixel.token),
  });
  const hasOpens = () => first.every((watcher) => watcher.told().some(({ event }) => event === 'open'));
  for (let tries = 0; tries < TALK_TRIES_MAX && !hasOpens(); tries += 1) await pause(TALK_MS);
  const lastIds = first.map((watcher) => watcher.lastId());
  const before = first.map((watcher) => watcher.told());
  for (const watcher of first) watcher.cut();
  await pause(cutSeconds * 1_000);
  const second = await Promise.all(
    viewers.map(({ headers }, i) => openWatcher(server.url, { headers, lastId: lastIds[i] ?? null })),
  );
  await pause(TALK_MS);
  await load.stop();
  await waitForQuiet(databases);
  const truth = await readTruth(databases, since);
  const after = second.map((watcher) => watcher.told());
  const wrong = viewers.flatMap(
    (viewer, i) => findWrong(viewer, [...(before[i] ?? []), ...(after[i] ?? [])], truth) ?? [],
  );
  for (const watcher of second) watcher.cut();
  const count = (told: typeof before) =>
    told.flat().filter(({ event }) => event === 'open' || event === 'signal').length;
  print(
    `cut      ${viewers.length} streams cut for ${cutSeconds} s: ${count(before)} told before, ${count(after)} after, of ${truth.opens.length} opens and ${truth.signals.length} signals: ${viewers.length - wrong.length} of ${viewers.length} without a gap and nothing twice`,
  );
  for (const what of wrong.slice(0, 5)) print(`cut      wrong: ${what}`);
  return wrong.length === 0;
}
