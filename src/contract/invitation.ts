import { z } from 'zod';
import { memberNameSchema, phoneSchema, titleSchema } from './member.ts';
import { pageQuerySchema } from './page-query.ts';
import { ROLES } from './session.ts';

const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'at most 254 characters')
  .pipe(z.email('an email address'));
const role = z.enum(ROLES, { error: `one of ${ROLES.join(', ')}` });
const token = z.string().min(1, 'the token of the link').max(100);

/** POST /api/invitations. */
export const invitationDraftSchema = z.strictObject({
  email: emailSchema,
  name: memberNameSchema.optional(),
  role: role.default('member'),
  departmentId: z.uuid().toLowerCase().optional(),
  title: titleSchema.optional(),
  phone: phoneSchema.optional(),
});
export type InvitationDraftBody = z.infer<typeof invitationDraftSchema>;

export const invitationSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string().nullable(),
  role,
  departmentId: z.uuid().nullable(),
  status: z.enum(['pending', 'expired', 'accepted', 'rejected', 'canceled']),
  invitedBy: z.string(),
  sentAt: z.iso.datetime().nullable().describe('When it was mailed last; null: hand the link on yourself'),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
});
export type InvitationAnswer = z.infer<typeof invitationSchema>;

export const issuedInvitationSchema = invitationSchema.extend({
  url: z.url().describe('The link, shown this once'),
  isMailed: z.boolean(),
  mailProblem: z.string().nullable().describe('Why the letter did not go out'),
});

export const invitationListQuerySchema = z.object({
  limit: pageQuerySchema.shape.limit,
  cursor: z.uuid('the `next` of the page before').optional(),
  status: z.enum(['open', 'all'], { error: 'open or all' }).default('open').describe('open: pending or expired'),
});

/** GET /api/invitations, newest first. */
export const invitationListSchema = z.object({ data: z.array(invitationSchema), next: z.string().nullable() });

/** POST /api/invitations/look: what the page behind the link shows. */
export const invitationLookSchema = z.strictObject({ token });
export const invitationSeenSchema = z.object({
  organizationName: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  hasAccount: z.boolean().describe('True: sign in, then accept; false: choose a password'),
});

/** POST /api/invitations/accept: name and password of a new person; who has an account is signed in instead. */
export const invitationAcceptSchema = z.strictObject({
  token,
  name: memberNameSchema.optional(),
  password: z
    .string()
    .min(8, 'at least 8 characters, 15 or more are advised')
    .max(256, 'at most 256 characters')
    .optional(),
});

export const acceptedInvitationSchema = z.object({
  userId: z.uuid(),
  organizationId: z.uuid(),
  organizationName: z.string(),
  name: z.string(),
  email: z.string(),
  role,
});
