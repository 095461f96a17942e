import { createMailer, type Letter } from '../accounts/create-mailer.ts';
import { startCampaignClock } from '../campaigns/start-campaign-clock.ts';
import { keepLeader } from '../db/keep-leader.ts';
import { startRetention } from '../retention/start-retention.ts';
import { startDigests } from '../signals/start-digests.ts';
import { startSignatureWatch } from '../signatures/start-signature-watch.ts';
import type { Closers, Parts } from './open-parts.ts';

/** What happens by the clock, on one node at a time: every process with the role `process` stands by. */
export function startJobs(parts: Parts): void {
  const { databases, log } = parts;
  const leader = keepLeader({
    url: databases.url,
    log,
    start: async () => {
      const closers: Closers = [];
      const end = async (): Promise<void> => {
        for (const close of closers.splice(0).reverse()) await close();
      };
      try {
        await beginJobs({ ...parts, closers });
      } catch (error) {
        await end();
        throw error;
      }
      return end;
    },
  });
  parts.closers.push(() => leader.stop());
}

/** One line per job; each must bear to run twice for a moment. */
async function beginJobs({ config, databases, clock, log, tokenKey, closers }: Parts): Promise<void> {
  const retention = await startRetention({ databases, clock, log });
  closers.push(() => retention.stop());
  const campaigns = startCampaignClock({ databases, clock, log, tokenKey });
  closers.push(() => campaigns.stop());
  const mailer = config.smtpUrl === null ? null : createMailer(config.smtpUrl, config.publicUrl);
  if (mailer !== null) closers.push(async () => mailer.close());
  const send = mailer === null ? null : (letter: Letter) => mailer.send(letter);
  const digests = startDigests({ databases, clock, log, publicUrl: config.publicUrl, send });
  closers.push(() => digests.stop());
  const signatures = startSignatureWatch({ databases, clock, log, publicUrl: config.publicUrl, send });
  closers.push(() => signatures.stop());
}
