import { z } from 'zod';

export const DAILY_DAYS_DEFAULT = 30;
export const DAILY_DAYS_MAX = 400;

export const dailySchema = z.object({
  /** One row per local day, oldest first, today last, zeros included. */
  data: z.array(
    z.object({
      /** YYYY-MM-DD. */
      date: z.iso.date(),
      opens: z.int().min(0),
      /** Null where readers are not told apart. */
      unique: z.int().min(0).nullable(),
    }),
  ),
  timezone: z.string(),
});
export type Daily = z.infer<typeof dailySchema>;

const EXPECTED = `a whole number from 1 to ${DAILY_DAYS_MAX}`;

export const dailyQuerySchema = z.object({
  days: z
    .string({ error: EXPECTED })
    .regex(/^\d{1,6}$/, EXPECTED)
    .transform(Number)
    .refine((days) => days >= 1 && days <= DAILY_DAYS_MAX, EXPECTED)
    .default(DAILY_DAYS_DEFAULT),
});
