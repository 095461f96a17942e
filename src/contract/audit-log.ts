import { z } from 'zod';
import { AUDIT_ACTIONS } from '../domain/audit-action.ts';
import { pageQuerySchema } from './page-query.ts';

const instant = z.iso.datetime({ offset: true, error: 'an instant such as 2026-03-01T09:00:00Z' });

export const auditFilterSchema = z.object({
  actor: z.uuid("a member's id").toLowerCase().optional().describe('What this member did'),
  action: z.enum(AUDIT_ACTIONS, { error: `one of ${AUDIT_ACTIONS.join(', ')}` }).optional(),
  from: instant.optional().describe('From this instant on'),
  to: instant.optional().describe('Before this instant'),
});

/** GET /api/audit-log, newest first. */
export const auditQuerySchema = auditFilterSchema.extend({
  limit: pageQuerySchema.shape.limit,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'the `next` of the page before')
    .optional(),
});

export const auditLogSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      actor: z.object({
        userId: z.uuid().nullable().describe('Null: an API key, or the command line of the server'),
        name: z.string().describe('As it was then'),
      }),
      action: z.enum(AUDIT_ACTIONS).or(z.string()),
      subject: z.object({ id: z.string().nullable(), name: z.string() }),
      before: z.record(z.string(), z.unknown()).nullable().describe('What changed, as it was'),
      after: z.record(z.string(), z.unknown()).nullable().describe('What changed, as it is'),
    }),
  ),
  next: z.string().nullable(),
});

export type AuditLog = z.infer<typeof auditLogSchema>;
