import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Vitest 5.1 reports failures with Map.groupBy, which Node 20 lacks: without this it dies before it names the test.
if (!('groupBy' in Map)) Object.assign(Map, { groupBy });

const base = { pool: 'forks' as const, testTimeout: 20_000, hookTimeout: 60_000 };
const withDatabase = { ...base, globalSetup: ['tests/support/global-setup.ts'] };

// They start and kill whole servers or take many seconds: a part of npm test, too slow for npm run check.
const SERVERS = [
  'src/db/embedded/**/*.test.ts',
  'src/db/{connect,postgresql-15}.test.ts',
  'src/commands/serve.test.ts',
  'src/**/*.slow.test.ts',
  'src/http/{invitations,member-import,sso}.test.ts',
  'src/spool/disk/{disk-spool,faults}.test.ts',
  'src/analytics/oracle.test.ts',
  'src/visitors/day-keys.test.ts',
];

// Journeys that measure no time: beside the tests of servers they fill each other's waits.
const SIDE_BY_SIDE =
  'tests/journeys/{backup,country,docs,identical-answers,kill-nine,package,sentinel-address,verify-snippets}.test.ts';
const aJourney = { ...withDatabase, testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    // Most tests wait for a database or a child process: three side by side suit two cores, where Vitest takes one.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      // The house's own rules need no database and so answer within seconds.
      { test: { ...base, name: 'rules', include: ['tests/rules/**/*.test.ts'] } },
      {
        test: {
          ...withDatabase,
          name: 'unit',
          // Modules keep nothing but caches, and tests put back what they change, so the files of one worker share what
          // they import: importing it anew was more than half of the time (141 files in 320 s, against 85 in 400 s).
          isolate: false,
          include: ['{src,bench}/**/*.test.ts', 'web/**/*.test.{ts,tsx}'],
          exclude: SERVERS,
        },
      },
      { test: { ...withDatabase, name: 'servers', include: SERVERS } },
      {
        test: {
          ...aJourney,
          name: 'browser',
          // Two side by side, by the word of npm test: they wait for screens more than they work.
          include: ['tests/browser/**/*.test.ts'],
        },
      },
      { test: { ...aJourney, name: 'side-by-side', include: [SIDE_BY_SIDE] } },
      {
        test: {
          ...aJourney,
          name: 'journeys',
          include: ['tests/{journeys,faults}/**/*.test.ts'],
          exclude: [SIDE_BY_SIDE],
          // Each starts servers of its own, and some measure time.
          fileParallelism: false,
        },
      },
    ],
  },
});

function groupBy<K, T>(items: Iterable<T>, toKey: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = toKey(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
