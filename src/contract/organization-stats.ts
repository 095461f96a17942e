import { z } from 'zod';

/** GET /api/admin/tracking/organization-stats?days=30: user-pixel opens of the last local days, today included. */
export const organizationStatsSchema = z.object({
  totalOpens: z.int().min(0),
  /** Null where readers are not told apart. */
  uniqueOpens: z.int().min(0).nullable(),
  /** Members with an open in the period. */
  activeUsers: z.int().min(0),
  /** At most five, ties by name. */
  topPerformers: z.array(z.object({ userId: z.uuid(), name: z.string(), opens: z.int().min(1) })).max(5),
  /** Most opens first; `users` are its active members. */
  byDepartment: z.array(z.object({ department: z.string(), opens: z.int().min(0), users: z.int().min(0) })),
  days: z.int().min(1),
  timezone: z.string(),
});
export type OrganizationStats = z.infer<typeof organizationStatsSchema>;
