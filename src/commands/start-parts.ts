import type { Config } from '../config.ts';
import type { Log } from '../kit/log.ts';
import { type Closers, openParts } from './open-parts.ts';
import { startCollect } from './start-collect.ts';
import { startDeliver } from './start-deliver.ts';
import { startProcess } from './start-process.ts';
import { startWeb } from './start-web.ts';

// The composition root: wires every stage together in one process, in the order in which they depend on each other.
// Each started part pushes how it is closed, so that they go down in the reverse order, and a failure half-way closes
// exactly what stands: no answered hit is lost and no answer fails.

export async function startParts(config: Config, log: Log, closers: Closers): Promise<void> {
  const parts = await openParts(config, log, closers);
  await startProcess(parts);
  await startDeliver(parts);
  await startWeb(parts, await startCollect(parts));
}
