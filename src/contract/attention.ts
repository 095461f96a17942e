import { z } from 'zod';
import { SIGNAL_LEVELS } from '../domain/signal.ts';
import { signalSchema } from './signal.ts';

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day from 00:00 to 23:59')
  .describe("By the member's local clock");

/** GET and PUT /api/signals/attention: always all of it. */
export const attentionSchema = z
  .strictObject({
    quietHours: z
      .strictObject({ from: clock, to: clock })
      .refine(({ from, to }) => from !== to, { path: ['to'], error: 'another time than from' })
      .nullable()
      .describe('Signals make no noise then and wait for the digest; over midnight when from is later than to'),
    minimumLevel: z
      .enum(SIGNAL_LEVELS, { error: `one of ${SIGNAL_LEVELS.join(', ')}` })
      .describe('Signals below it make no noise and wait for the digest'),
    digestAt: clock
      .nullable()
      .describe('When the digest of what waited is made and, where mail is set up, sent; null: none'),
  })
  .meta({ id: 'Attention' });
export type AttentionAnswer = z.infer<typeof attentionSchema>;

/** What the member may know besides. */
export const attentionAnswerSchema = attentionSchema.extend({
  timezone: z.string().describe('Whose clock it is'),
  isQuietNow: z.boolean(),
  hasMail: z.boolean().describe('Digests can be mailed'),
});

/** GET /api/signals/digest: what has waited since the last digest, or since yesterday. */
export const digestSchema = z.object({
  since: z.iso.datetime(),
  data: z.array(signalSchema),
  moreOpens: z.int().describe('Opens that folded into these signals'),
});
