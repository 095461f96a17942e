import { z } from 'zod';

/** GET /api/tracking/my-stats/hours: when mail is read, hour by hour of the week. */
export const hoursSchema = z.object({
  /** Monday first. */
  data: z
    .array(
      z.object({
        day: z.enum(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']),
        /** Opens of the eight weeks, by the local clock's hour: 24 numbers, 0:00 first. */
        opens: z.array(z.int().min(0)).length(24),
      }),
    )
    .length(7),
  /** The first and the last local day that is counted: the 56 days before today. */
  from: z.iso.date(),
  to: z.iso.date(),
  timezone: z.string(),
});
export type Hours = z.infer<typeof hoursSchema>;
