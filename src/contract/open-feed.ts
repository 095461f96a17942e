import { z } from 'zod';
import { CONFIDENCES, DEVICES, VERDICTS } from '../domain/verdict.ts';
import { pageQuerySchema } from './page-query.ts';

/** GET /api/tracking/opens, newest first. */
export const openFeedQuerySchema = z.object({
  limit: pageQuerySchema.shape.limit,
  cursor: z
    .string()
    .regex(/^\d{1,15}\.\d{1,18}$/, 'the `next` of the page before')
    .optional()
    .describe('The `next` of the page before'),
});

/** One judged open, counted or not. */
export const openSchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  trackingType: z.enum(['user', 'campaign']),
  campaignId: z.uuid().nullable(),
  campaignName: z.string().nullable(),
  verdict: z.enum(VERDICTS),
  confidence: z.enum(CONFIDENCES),
  reason: z.string().describe('Code of what decided'),
  explanation: z.string().describe('The same as a sentence for people'),
  device: z.enum(DEVICES),
  counted: z.boolean(),
  /** The first of its reader that day, for a campaign that hour; null where readers are not told apart. */
  unique: z.boolean().nullable(),
  /** How often the image was loaded for this one open. */
  loads: z.int().min(1),
  oldSignature: z.boolean().describe('Through the pixel of an older signature'),
});
export type Open = z.infer<typeof openSchema>;

export const openFeedSchema = z.object({ data: z.array(openSchema), next: z.string().nullable() });
export type OpenFeed = z.infer<typeof openFeedSchema>;
