import { z } from 'zod';
import { CONFIDENCES, DEVICES, VERDICTS } from '../domain/verdict.ts';

/** POST /api/signatures/install-test: the signature with a one-off pixel, told once. */
export const installTestSchema = z.object({
  id: z.uuid(),
  html: z.string(),
  text: z.string(),
  pixelUrl: z.url(),
  expiresAt: z.iso.datetime(),
});

export const installTestQuerySchema = z.object({
  sentAt: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-03-01T09:00:00Z' })
    .optional()
    .describe('When the test mail was sent: tells a copied image apart from a working one'),
});

/** GET /api/signatures/install-test/:id. */
export const installTestResultSchema = z.object({
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  state: z.enum(['waiting', 'seen', 'working', 'rehosted', 'nothing_seen']),
  sentence: z.string(),
  /** Newest first; part of no figure. */
  hits: z.array(
    z.object({
      at: z.iso.datetime(),
      verdict: z.enum(VERDICTS).describe('What it would be, were it no test'),
      confidence: z.enum(CONFIDENCES),
      reason: z.string(),
      sentence: z.string(),
      device: z.enum(DEVICES),
      client: z.string().describe('The mail program, since it is your own'),
      isCounted: z.boolean(),
    }),
  ),
});

/** GET /api/signatures/silent: mine for a member, everybody's for an admin. */
export const silentPixelsSchema = z.object({
  data: z.array(
    z.object({ userId: z.uuid(), name: z.string(), lastSeenAt: z.iso.datetime().nullable().describe('Null: never') }),
  ),
  next: z.null(),
});
