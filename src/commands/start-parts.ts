import { openFront } from './open-front.ts';
import { type Closers, openParts, type Start } from './open-parts.ts';
import { startDeliver } from './start-deliver.ts';
import { startProcess } from './start-process.ts';
import { startWeb } from './start-web.ts';

// The composition root: wires the roles of one process together. Pixels are answered first, while the database may be
// starting, migrating or away; everything else follows once it is there. Each started part pushes how it is closed, so
// that they go down in the reverse order, and a failure half-way closes exactly what stands: no answered hit is lost
// and no answer fails. What must never happen: a pixel that waits for the database.

/** Resolves when every role runs. Throws AbortError when told to stop before that. */
export async function startParts(start: Start): Promise<void> {
  const { roles, closers } = start;
  const parts = await openParts(start);
  const { spool, database } = parts;
  // Closed after the port, so that what is answered last is still stored.
  const behindPort: Closers = [];
  closers.push(async () => {
    for (const close of behindPort.splice(0).reverse()) await close();
  });
  const port = await openFront(parts);
  await database.ready;
  if (roles.size > 1 || !roles.has('collect')) await parts.clock.look();
  start.stopping.throwIfAborted();
  await parts.dayKeys.awaitToday();
  if (roles.has('process') && spool !== null) startProcess({ ...parts, closers: behindPort }, spool);
  if (roles.has('deliver')) await startDeliver({ ...parts, closers: behindPort });
  if (roles.has('web')) await startWeb(parts, port);
  parts.progress.isStarted = true;
}
