import { startProcessor } from '../process/run-processor.ts';
import type { Parts } from './open-parts.ts';
import { startJobs } from './start-jobs.ts';

/** The role `process`: from the spool into the database, and the jobs. */
export async function startProcess(parts: Parts): Promise<void> {
  const { config, spool, databases, networks, clock, log, metrics, closers } = parts;
  await startJobs(parts);
  const processor = startProcessor({
    spool,
    databases,
    log,
    clock,
    metrics,
    networksAgeDays: () => networks.ageDays('google_proxy'),
    opensPerMinute: config.planOpensPerMinute,
  });
  closers.push(() => processor.stop());
}
