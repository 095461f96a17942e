import { z } from 'zod';
import { openSchema } from './open-feed.ts';

/** GET /api/live. A browser that comes back by itself says the same in the header Last-Event-ID, which goes before. */
export const liveQuerySchema = z.object({
  after: z
    .string()
    .max(60)
    .optional()
    .describe('The id of the last event that was received: the stream goes on right behind it'),
});

/**
 * The events of the stream, each with an id and JSON data:
 * `hello` (fresh stream: load the lists now, what comes after follows), `reset` (the id is too old or foreign: load the
 * lists anew), `beat` (alive, every 15 s), `open` and `signal` (new, or changed: the same id again), `withdrawn`.
 */
export const LIVE_EVENTS = ['hello', 'reset', 'beat', 'open', 'signal', 'withdrawn'] as const;
export type LiveEventName = (typeof LIVE_EVENTS)[number];

/** An open of the feed and whose it is. */
export const liveOpenSchema = openSchema.extend({ userId: z.uuid() });
export type LiveOpen = z.infer<typeof liveOpenSchema>;

/** An open or a signal that no longer holds. */
export const withdrawnSchema = z.object({ kind: z.enum(['open', 'signal']), id: z.string() });
export type Withdrawn = z.infer<typeof withdrawnSchema>;
