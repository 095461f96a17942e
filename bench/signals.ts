import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabases } from '../src/db/open-databases.ts';
import { readEmbeddedUrl } from '../tests/support/embedded-url.ts';
import { measureCost } from './signals/measure-cost.ts';
import { measureMachines } from './signals/measure-machines.ts';
import { startBenchServer } from './start-bench-server.ts';

const HELP = `Usage: npm run bench -- signals [--only cost,machines] [--hits 100000]

  cost      the part of a batch that weighing signals takes, of several ways that hits come in (ordinary: at most 15 %)
  machines  prefetches, scanners, bots, own devices and install tests, on deals and signatures, machines refused and kept:
            they raise no signal

Exit code: 0 when every budget holds, 1 when one does not.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'cost,machines' },
    hits: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const parts = values.only.split(',');
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-bench-'));
  // For its database: nothing arrives at it.
  const server = await startBenchServer(folder);
  const databases = openDatabases(await readEmbeddedUrl(folder));
  try {
    const isCheap = !parts.includes('cost') || (await measureCost(databases));
    const isSilent = !parts.includes('machines') || (await measureMachines(databases, Number(values.hits)));
    return isCheap && isSilent;
  } finally {
    await databases.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
