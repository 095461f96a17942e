import { z } from 'zod';

const share = z.int().min(0).max(100);
const count = z.int().min(0);

/**
 * GET /api/tracking/quality: of what fetched the pixels, how much was readers and how much was not. The first six are
 * whole per cents that sum to 100, or are all 0 when nothing was fetched.
 */
export const qualitySchema = z.object({
  human: share.describe("Fetched by a reader's own software"),
  proxied: share.describe('Fetched by a mail service because the reader opened'),
  prefetch: share.describe('Fetched by a mail service ahead of time: whether anybody looked cannot be told'),
  scanner: share.describe('Fetched by mail security'),
  bot: share.describe('Fetched by other machines'),
  throttled: share.describe('Over a limit: counted only, judged never'),
  counts: z
    .object({
      human: count,
      proxied: count,
      prefetch: count,
      scanner: count,
      bot: count,
      throttled: count,
      unknown: count.describe('Reader or machine cannot be told; in no share'),
      own: count.describe("The team's own opens; in no share"),
      test: count.describe('Install tests; in no share'),
    })
    .describe('What the shares are of'),
  sentences: z.array(z.string()).describe('The same for people, one for each share above zero'),
  days: z.int().describe('So many local days, today included, or fewer where the retention is shorter'),
  from: z.iso.datetime(),
  asOf: z.iso.datetime(),
});
export type Quality = z.infer<typeof qualitySchema>;
