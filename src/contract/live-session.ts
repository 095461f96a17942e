import { z } from 'zod';

/** GET /api/sessions: where the person is signed in. No address of a client is known. */
export const liveSessionsSchema = z.object({
  data: z.array(
    z.object({
      id: z.uuid(),
      device: z.string().nullable().describe('Such as "Chrome on Windows"; null when it did not tell'),
      createdAt: z.iso.datetime(),
      lastSeenAt: z.iso.datetime().describe('To the minute'),
      expiresAt: z.iso.datetime(),
      isCurrent: z.boolean().describe('The one that asks'),
    }),
  ),
});

export const endedSessionsSchema = z.object({ ended: z.int().describe('How many sessions ended') });

/** GET /api/admin/sharing: accounts used from several networks within an hour. A hint, never a proof. */
export const sharingSchema = z.object({
  data: z.array(
    z.object({
      userId: z.uuid(),
      name: z.string(),
      hours: z.int().describe('Hours of the last 30 days in which it was used from three networks or more'),
      networks: z.int().describe('How many in the busiest of them'),
      lastAt: z.iso.datetime(),
    }),
  ),
});
export type Sharing = z.infer<typeof sharingSchema>;
