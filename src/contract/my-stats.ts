import { z } from 'zod';

/** Counted opens, and how many of them were the first of their reader that day; null where readers are not told apart. */
export const figuresSchema = z.object({ opens: z.int().min(0), unique: z.int().min(0).nullable() });
export type Figures = z.infer<typeof figuresSchema>;

export const trendSchema = z.object({
  direction: z.enum(['up', 'down', 'flat']),
  /** Whole per cents without sign; from zero: 100. */
  percentage: z.int().min(0),
});
export type Trend = z.infer<typeof trendSchema>;

/** Two periods cut at the same local clock time, so that a running one is never held against a whole one. */
export const comparisonSchema = z.object({
  /** The cut of the running period: the last full quarter hour. */
  until: z.iso.datetime(),
  current: figuresSchema,
  previous: figuresSchema,
  opens: trendSchema,
  /** Null where readers are not told apart. */
  unique: trendSchema.nullable(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const peakHourSchema = z.object({
  /** 0 to 23, local. */
  hour: z.int().min(0).max(23),
  day: z.enum(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']),
  /** Opens in this hour of an average week of the last eight, one decimal. */
  avgOpens: z.number().min(0),
});
export type PeakHour = z.infer<typeof peakHourSchema>;

/** GET /api/tracking/my-stats. The first six are the founding shape; the rest was added for the page. */
export const myStatsSchema = z.object({
  today: figuresSchema,
  thisWeek: figuresSchema,
  thisMonth: figuresSchema,
  /** `comparisons.thisWeek.opens`. */
  trend: trendSchema,
  /** At most three, best first; cells without an open are left out. */
  peakHours: z.array(peakHourSchema).max(3),
  /** Whole per cents of the opens of the last 30 days whose device is known; they sum to 100, or all are 0. */
  byDevice: z.object({ desktop: z.int(), mobile: z.int(), tablet: z.int() }),
  /** Whole per cents of the opens of the same 30 days whose device is known; null without opens. */
  deviceKnownShare: z.int().min(0).max(100).nullable(),
  comparisons: z.object({
    /** Yesterday by this time. */
    today: comparisonSchema,
    /** Last week by this time. */
    thisWeek: comparisonSchema,
    /** Last month by this day and time; null once its hours are deleted under the retention. */
    thisMonth: comparisonSchema.nullable(),
  }),
  /** The zone of all days and hours here. */
  timezone: z.string(),
  /** For the notice: data is deleted after so many days. */
  retentionDays: z.int(),
  asOf: z.iso.datetime(),
});
export type MyStats = z.infer<typeof myStatsSchema>;
