import { startCampaignClock } from '../campaigns/start-campaign-clock.ts';
import { startRetention } from '../retention/start-retention.ts';
import type { Parts } from './open-parts.ts';

/** What happens by the clock, once for the whole installation. */
export async function startJobs(parts: Parts): Promise<void> {
  const { databases, clock, log, tokenKey, closers } = parts;
  const retention = await startRetention({ databases, clock, log });
  closers.push(() => retention.stop());
  const campaigns = startCampaignClock({ databases, clock, log, tokenKey });
  closers.push(() => campaigns.stop());
}
