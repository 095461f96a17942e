import { afterEach, expect, test } from 'vitest';
import { type Installation, startInstallation } from '../support/installation.ts';
import { checkLoad } from '../support/numbered-pixels.ts';
import { startPixelLoad } from '../support/pixel-load.ts';
import { type RunningServer, waitFor } from '../support/running-server.ts';

// A processor that stands still for longer than its claim on blocks holds (a minute), and then goes on as if nothing had
// been. Long only: src/spool/redis/redis-spool.slow.test.ts holds the claim itself in every run.

const IS_LONG = process.env.FAULTS === 'long';
const PER_SECOND = 300;
const FROZEN_MS = 80_000;

let installation: Installation;

afterEach(() => installation?.close());

test.runIf(IS_LONG)(
  'a processor frozen past its claim stores nothing twice when it comes back, and the other one stores what it held',
  async () => {
    installation = await startInstallation({ pixels: PER_SECOND * 300 });
    const [frozen, other] = await Promise.all([installation.start(['process']), installation.start(['process'])]);
    const collector = await installation.start(['collect']);
    const load = startPixelLoad({ urls: () => [collector.url], perSecond: PER_SECOND });
    await waitFor(async () => load.answered.size > PER_SECOND * 3, 'the load to run');
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
      await load.stop();
      await checkLoad('processor frozen, the other one alone', installation.database.ownerUrl, load);
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
    const servers = [frozen, other, collector];
    const isDrained = async () => (await Promise.all(servers.map(hasNothingWaiting))).every(Boolean);
    const report = await checkLoad('processor frozen for 80 s, then thawed', installation.database.ownerUrl, load, {
      isDrained,
    });
    expect(report).toMatchObject({ lost: [], doubled: [], failed: 0 });
  },
  600_000,
);

async function hasNothingWaiting({ url }: RunningServer): Promise<boolean> {
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: { spool: { detail: string } } };
  return checks.spool.detail.includes(', 0 of ');
}
