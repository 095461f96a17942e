import { z } from 'zod';

const count = z.int().min(0);
const perCent = z.number().min(0).max(100).nullable();

/** GET /api/admin/tracking/health: the product's own success, of the asking organization and of the answering process. */
export const trackingHealthSchema = z.object({
  dashboard: z.object({
    share: perCent.describe('Whole per cents of the active members who looked at their engagement in `days` days'),
    viewed: count,
    members: count,
    days: count,
  }),
  hits: z.object({
    share: perCent.describe('Per cents, two decimals, of the accepted hits of `days` days that were recorded'),
    recorded: count.describe('Stored as an open, or counted under a reason'),
    failed: count.describe('Set aside because they could not be processed'),
    days: count,
  }),
  userTracking: z.object({
    on: z.boolean(),
    share: perCent.describe('Whole per cents of the asking organizations whose user tracking is on: of one, 0 or 100'),
  }),
  pixel: z.object({
    p99Ms: z
      .number()
      .min(0)
      .nullable()
      .describe('Of the process that answers, since its start; null where it serves no pixels'),
    answers: count,
  }),
  asOf: z.iso.datetime(),
});
export type TrackingHealth = z.infer<typeof trackingHealthSchema>;
