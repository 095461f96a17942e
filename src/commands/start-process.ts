import { createProcessMetrics } from '../process/process-metrics.ts';
import { startProcessThread } from '../process/start-process-thread.ts';
import type { Spool } from '../spool/spool.ts';
import type { Parts } from './open-parts.ts';
import { startJobs } from './start-jobs.ts';

/** The role `process`, once the database is ready: from the spool into the database, and the jobs. */
export function startProcess(parts: Parts, spool: Spool): void {
  const { config, databases, networks, clock, log, metrics, closers } = parts;
  startJobs(parts);
  const processing = startProcessThread({
    spool,
    databaseUrl: databases.url,
    logLevel: config.logLevel,
    log,
    clock,
    metrics: createProcessMetrics(metrics, () => spool.figures().lagMs),
    networksAgeDays: () => networks.ageDays('google_proxy'),
    opensPerMinute: config.planOpensPerMinute,
  });
  closers.push(() => processing.stop());
}
