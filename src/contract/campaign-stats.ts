import { z } from 'zod';
import { CAMPAIGN_STATUSES } from '../domain/campaign-status.ts';
import { VERDICTS } from '../domain/verdict.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** GET /api/campaigns/:id/stats: opens of the campaign's pixels. `unique` is null where readers are not told apart. */
export const campaignStatsSchema = z.object({
  totalOpens: count,
  uniqueOpens: count.nullable(),
  byDevice: z.object({ desktop: count, mobile: count, tablet: count }).describe('Whole per cents of the known'),
  deviceKnownShare: count.nullable().describe('Per cent of the opens whose device is known'),
  byVerdict: z.record(z.enum(VERDICTS), count).describe('Recorded hits of each verdict, counted as opens or not'),
  dropped: z.record(z.string(), count).describe('Hits refused before they were recorded, by reason'),
  /** At most five, ties by name. */
  topMembers: z.array(z.object({ userId: z.uuid(), name: z.string(), opens: z.int().min(1) })).max(5),
  variants: z.array(
    z.object({
      label: z.string(),
      opens: count,
      unique: count.nullable(),
      memberDays: z.number().min(0).describe('How long it stood in signatures while the campaign was active'),
      expectedShare: share.nullable().describe('Its part of the unique opens if no variant were better'),
      interval: z.array(share).length(2).nullable().describe('Where its true part lies, 95 % sure at every look'),
    }),
  ),
  comparison: z
    .object({
      state: z.enum(['leads', 'not_enough_data']),
      leader: z.string().nullable(),
      moreNeeded: count.nullable(),
      sentence: z.string(),
    })
    .nullable(),
  /** Since when each status held, to draw into the chart. */
  statuses: z.array(z.object({ status: z.enum(CAMPAIGN_STATUSES), beganAt: z.iso.datetime() })),
  timezone: z.string(),
});
export type CampaignStats = z.infer<typeof campaignStatsSchema>;
