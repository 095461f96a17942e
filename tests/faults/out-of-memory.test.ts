import { afterEach, expect, test } from 'vitest';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { type RunningServer, waitFor } from '../support/running-server.ts';

// A processor with too little memory dies of it, at its start or with a batch in its hands, and gets a little more each
// time until it lives. Long only: what it held is claimed after a minute.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = 1_000;
const HEAP_MB_FIRST = 24;
const HEAP_MB_STEP = 2;
const HEAP_MB_MAX = 96;
const WORK_MS = 4_000;

let installation: Installation;

afterEach(() => installation?.close());

test.runIf(IS_LONG)(
  'a processor that runs out of memory, again and again, loses nothing and doubles nothing',
  async () => {
    installation = await startInstallation({ pixels: PER_SECOND * 200 });
    const collector = await installation.start(['collect']);
    const load = startPixelLoad({ urls: () => [collector.url], perSecond: PER_SECOND });
    await waitFor(async () => load.answered.size > PER_SECOND * 5, 'hits that wait', 120_000);
    const deaths = { atStart: 0, atWork: 0 };
    for (let heapMb = HEAP_MB_FIRST; heapMb <= HEAP_MB_MAX; heapMb += HEAP_MB_STEP) {
      const processor = await startSmall(heapMb);
      if (processor === null) deaths.atStart += 1;
      else if (await dies(processor)) deaths.atWork += 1;
      else break;
    }
    await load.stop();
    process.stderr.write(`out of memory: died ${deaths.atStart} times at the start, ${deaths.atWork} at work\n`);
    const report = await checkLoad('processor out of memory', installation.database.ownerUrl, load);
    expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
    expect(deaths.atWork).toBeGreaterThan(0);
  },
  900_000,
);

/** Null where it did not even come up. */
async function startSmall(heapMb: number): Promise<RunningServer | null> {
  const env = { NODE_OPTIONS: `--max-old-space-size=${heapMb}` };
  return installation.start(['process'], { env }).catch((error: Error) => {
    if (error.message.startsWith('the server ended')) return null;
    throw error;
  });
}

/** Within the time that it works. */
async function dies(processor: RunningServer): Promise<boolean> {
  const until = performance.now() + WORK_MS;
  while (performance.now() < until) {
    if ((await fetch(`${processor.url}/api/t/health`).catch(() => null)) === null) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
