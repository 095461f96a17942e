import { z } from 'zod';
import { isTimeZone } from '../domain/calendar.ts';
import { pageQuerySchema } from './page-query.ts';
import { ROLES } from './session.ts';

export const memberNameSchema = z.string().trim().min(1, 'a name').max(120, 'at most 120 characters');
export const titleSchema = z.string().trim().max(120, 'at most 120 characters');
export const phoneSchema = z.string().trim().max(40, 'at most 40 characters');
const timezoneSchema = z.string().refine(isTimeZone, 'an IANA name such as Europe/Berlin');
const emptyToNull = (text: string | null) => (text === '' ? null : text);

/** What a member may change of themselves; what is left out stays, null empties. */
export const ownProfileChangeSchema = z.strictObject({
  name: memberNameSchema.optional(),
  title: titleSchema.nullable().transform(emptyToNull).optional(),
  phone: phoneSchema.nullable().transform(emptyToNull).optional(),
  timezone: timezoneSchema.nullable().optional().describe("Null: the organization's"),
  trackingMode: z
    .enum(['aggregate', 'off'], { error: 'aggregate, off, or null' })
    .nullable()
    .optional()
    .describe('At most this of me, whatever the organization allows; null: as the organization'),
});

/** PATCH /api/members/:userId, by an admin. A member's own restriction is theirs alone. */
export const memberChangeSchema = ownProfileChangeSchema
  .omit({ trackingMode: true })
  .extend({ departmentId: z.uuid().toLowerCase().nullable().optional().describe('Null: no department') });

export const roleChangeSchema = z.strictObject({ role: z.enum(ROLES, { error: `one of ${ROLES.join(', ')}` }) });

export const memberSchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  title: z.string().nullable(),
  phone: z.string().nullable(),
  timezone: z.string().nullable(),
  department: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  trackingMode: z.enum(['aggregate', 'off']).nullable(),
  status: z.enum(['active', 'deactivated']),
  createdAt: z.iso.datetime(),
});
export type MemberAnswer = z.infer<typeof memberSchema>;

export const memberListQuerySchema = z.object({
  limit: pageQuerySchema.shape.limit,
  cursor: z.uuid('the `next` of the page before').optional(),
  search: z.string().trim().min(1).max(120).optional().describe('In the name or the address'),
  departmentId: z.uuid().toLowerCase().optional(),
  status: z.enum(['active', 'deactivated'], { error: 'active or deactivated' }).optional(),
});

/** GET /api/members, by name. */
export const memberListSchema = z.object({ data: z.array(memberSchema), next: z.string().nullable() });
