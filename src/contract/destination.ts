import { z } from 'zod';
import { DELIVERY_EVENTS, DESTINATION_STATES, DESTINATION_TYPES, DISABLE_REASONS } from '../domain/destination.ts';
import { SIGNAL_LEVELS } from '../domain/signal.ts';

const name = z.string().trim().min(1, 'what people call it').max(80, 'at most 80 characters');
const address = z.string().trim().min(1, 'where to send').max(2_048, 'at most 2048 characters');
const token = z.string().trim().min(1, 'the access token').max(1_000, 'at most 1000 characters');
const events = z
  .array(z.enum(DELIVERY_EVENTS, { error: `one of ${DELIVERY_EVENTS.join(', ')}` }))
  .min(1, 'at least one event')
  .max(DELIVERY_EVENTS.length)
  .transform((all) => [...new Set(all)]);
const minimumLevel = z
  .enum(SIGNAL_LEVELS, { error: `one of ${SIGNAL_LEVELS.join(', ')}` })
  .nullable()
  .describe('Of signals; null: all of them');
const campaignIds = z
  .array(z.uuid())
  .min(1, 'at least one campaign, or null for all of them')
  .max(500, 'at most 500 campaigns')
  .nullable()
  .describe('Null: all campaigns, and the opens of signatures too');

/** POST /api/destinations. */
export const createDestinationSchema = z
  .strictObject({
    type: z.enum(DESTINATION_TYPES, { error: `one of ${DESTINATION_TYPES.join(', ')}` }),
    name,
    url: address.optional().describe('webhook, slack, discord: where to send'),
    token: token.optional().describe('hubspot, pipedrive: the access token'),
    events,
    minimumLevel: minimumLevel.optional(),
    campaignIds: campaignIds.optional(),
  })
  .meta({ id: 'CreateDestination' });

/** PATCH /api/destinations/:id: what is left out stays. A new url or token replaces the credentials. */
export const changeDestinationSchema = z
  .strictObject({ name, url: address, token, events, minimumLevel, campaignIds })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, { error: 'at least one change' })
  .meta({ id: 'ChangeDestination' });

export const DESTINATION_HEALTHS = ['unused', 'good', 'failing', 'paused', 'disabled'] as const;

export const destinationSchema = z.object({
  id: z.uuid(),
  type: z.enum(DESTINATION_TYPES),
  name: z.string(),
  label: z.string().describe('What may be shown of its address'),
  events: z.array(z.enum(DELIVERY_EVENTS)),
  minimumLevel: z.enum(SIGNAL_LEVELS).nullable(),
  campaignIds: z.array(z.uuid()).nullable(),
  state: z.enum(DESTINATION_STATES),
  disabledReason: z.enum(DISABLE_REASONS).nullable(),
  health: z.enum(DESTINATION_HEALTHS),
  waiting: z.number().int().describe('Deliveries owed to it'),
  failingSince: z.iso.datetime().nullable(),
  lastDeliveredAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});

export type Destination = z.infer<typeof destinationSchema>;

export const destinationListSchema = z.object({ data: z.array(destinationSchema) });

export const createdDestinationSchema = destinationSchema.extend({
  secret: z.string().nullable().describe('Of a webhook, shown this once: keep it now. It verifies every request'),
});

export const rotatedSecretSchema = z.object({
  secret: z.string().describe('Shown this once'),
  previousUntil: z.iso.datetime().describe('Until then the secret before signs along'),
});
