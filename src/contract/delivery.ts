import { z } from 'zod';
import { DELIVERY_EVENTS, DELIVERY_STATES } from '../domain/destination.ts';
import { SIGNAL_LEVELS } from '../domain/signal.ts';
import { pageQuerySchema } from './page-query.ts';

export const DELIVERY_TYPES = [...DELIVERY_EVENTS, 'test'] as const;

export const deliverySchema = z.object({
  id: z.uuid().describe('Also the webhook-id of every try'),
  destinationId: z.uuid(),
  type: z.enum(DELIVERY_TYPES),
  level: z.enum(SIGNAL_LEVELS).nullable(),
  campaign: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  state: z.enum(DELIVERY_STATES),
  reason: z.string().nullable().describe('Why it is given up or cancelled, or what the last try failed with'),
  at: z.iso.datetime().describe('When what it tells of happened'),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  nextTryAt: z.iso.datetime().nullable().describe('Null when it is done'),
  tries: z.number().int(),
  lastStatus: z.number().int().nullable().describe('Of the last answer'),
});

export type Delivery = z.infer<typeof deliverySchema>;

export const deliveryListSchema = z.object({ data: z.array(deliverySchema), next: z.string().nullable() });

export const deliveryQuerySchema = pageQuerySchema.extend({
  state: z.enum(DELIVERY_STATES, { error: `one of ${DELIVERY_STATES.join(', ')}` }).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}_[0-9a-f-]{36}$/, 'the `next` of the page before')
    .optional(),
});

export const attemptSchema = z.object({
  at: z.iso.datetime(),
  durationMs: z.number().int(),
  outcome: z.enum(['delivered', 'retry', 'give_up']),
  status: z.number().int().nullable().describe('Null: there was no answer'),
  reason: z.string().nullable(),
  answer: z.string().describe('The first 2 kB, without credentials and addresses'),
});

export const deliveryDetailSchema = deliverySchema.extend({
  payload: z.record(z.string(), z.unknown()),
  attempts: z.array(attemptSchema).describe('Oldest first'),
});

export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

const instant = z.iso.datetime({ offset: true, error: 'an instant such as 2027-03-01T09:00:00Z' });

/** POST /api/destinations/:id/replay. */
export const replayRangeSchema = z
  .strictObject({
    from: instant.describe('Deliveries owed from then on'),
    to: instant.optional().describe('Before then; now when left out'),
    states: z
      .array(z.enum(['given_up', 'delivered']))
      .min(1)
      .max(2)
      .default(['given_up']),
  })
  .meta({ id: 'ReplayRange' });

export const replayedSchema = z.object({
  replayed: z.number().int(),
  isComplete: z.boolean().describe('False: there are more, ask again'),
});
