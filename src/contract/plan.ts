import { z } from 'zod';

/** GET /api/plan. Null where nothing is limited. Over the plan nothing stops collecting. */
export const planSchema = z.object({
  seats: z.object({
    limit: z.int().nullable(),
    active: z.int(),
    pending: z.int().describe('Open invitations; each holds a seat'),
    free: z.int().nullable(),
  }),
  opensPerMinute: z.object({
    limit: z.int().nullable(),
    throttledToday: z.int().describe('Opens over the limit in the last 24 hours: counted, not recorded'),
  }),
  isOver: z.boolean(),
  notices: z.array(z.string()).describe('What is over the plan, what that means, and what to do; for people'),
});
export type PlanAnswer = z.infer<typeof planSchema>;
