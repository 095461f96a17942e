import { createStrayCollector } from '../collect/create-stray-collector.ts';
import { createFront, type Front } from '../http/create-front.ts';
import { createOperations, type Operations } from '../http/create-operations.ts';
import type { Readiness } from '../http/readyz.ts';
import type { Spool } from '../spool/spool.ts';
import type { LateDayKeys, Parts } from './open-parts.ts';
import { startCollect } from './start-collect.ts';
import type { WebThread } from './start-web-thread.ts';

/** Listens: pixels are answered from here on, and readiness tells what is still to come. */
export async function openFront(parts: Parts): Promise<{ front: Front; operations: Operations }> {
  const { roles, spool, log, metrics, config, closers } = parts;
  const isCollecting = roles.has('collect') && spool !== null;
  const collector = isCollecting ? await startCollect(parts, spool) : null;
  const collect = collector?.handle ?? createStrayCollector(metrics, log);
  const front = createFront({ collect, lanes: collector?.lanes });
  closers.push(() => front.close());
  const operations = await createOperations({
    context: { ...parts, readMoreMetrics: async () => (await parts.web.thread?.readMetrics()) ?? '' },
    front,
    metricsToken: config.metricsToken,
    readiness: toReadiness(parts),
    isWebToCome: roles.has('web'),
  });
  front.attach(operations.handle);
  closers.push(() => operations.close());
  await front.listen({ port: config.port, host: config.host }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Error(toPortTakenText(config.port)) : error;
  });
  return { front, operations };
}

function toPortTakenText(port: number): string {
  return `port ${port} is already in use: stop what listens there, or choose another one, such as PORT=${port + 1} npm start.`;
}

/** Beyond the database: what the roles of this process need. */
function toReadiness({ spool, dayKeys, roles, progress, web }: Parts): Readiness {
  return async () => ({
    ...(progress.isStarted ? {} : { roles: { ok: false, detail: 'some wait for the database' } }),
    ...(spool === null ? {} : { spool: toSpoolCheck(spool) }),
    ...(roles.has('collect') ? { keys: toKeysCheck(dayKeys) } : {}),
    ...(web.thread === null ? {} : { web: await toWebCheck(web.thread) }),
  });
}

/** Is it drained in time, and has it room. */
function toSpoolCheck(spool: Spool) {
  const { lagMs, bytes, bytesMax, failure, lost, refused } = spool.figures();
  const isDrained = lagMs < SPOOL_LAG_MS_MAX && bytes < bytesMax;
  const wait = `oldest hit waits ${Math.round(lagMs)} ms, ${bytes} of ${bytesMax} bytes`;
  const losses = lost + refused === 0 ? '' : `; since the start ${lost} hits not written, ${refused} refused`;
  const cause = failure === null ? '' : `; cannot write (${failure})`;
  return { ok: isDrained && failure === null, detail: wait + losses + cause };
}

const SPOOL_LAG_MS_MAX = 60_000;

/** Does the thread of the screens and the API answer. */
async function toWebCheck(thread: WebThread) {
  const ok = (await thread.readMetrics()) !== '';
  return { ok, detail: ok ? 'answers' : 'does not answer, or is being started again' };
}

/** Can visitors be told apart today. */
function toKeysCheck(dayKeys: LateDayKeys) {
  const ok = dayKeys.hasToday();
  return { ok, detail: ok ? "today's key is here" : "today's key is missing" };
}
