import { z } from 'zod';
import { dailyQuerySchema } from './daily.ts';
import { pageQuerySchema } from './page-query.ts';

export const TEAM_ORDERS = ['name', 'department', 'title', 'opens'] as const;
const OFFSET = /^\d{1,7}$/;

/** GET /api/admin/tracking/members. The order may change while it is paged through: ids tell who was seen already. */
export const teamMembersQuerySchema = z.object({
  days: dailyQuerySchema.shape.days,
  limit: pageQuerySchema.shape.limit,
  cursor: z
    .string()
    .regex(OFFSET, 'the `next` of the page before')
    .optional()
    .describe('The `next` of the page before'),
  search: z.string().trim().min(1).max(120).optional().describe('In the name or the address'),
  sort: z.enum(TEAM_ORDERS, { error: `one of ${TEAM_ORDERS.join(', ')}` }).default('name'),
  order: z.enum(['asc', 'desc'], { error: 'asc or desc' }).default('asc'),
});

export const teamMembersSchema = z.object({
  data: z.array(
    z.object({
      userId: z.uuid(),
      name: z.string(),
      email: z.string(),
      title: z.string().nullable(),
      department: z.string().nullable(),
      status: z.enum(['active', 'deactivated']),
      opens: z.int().min(0).describe("Of the member's own pixel in the last local days of the organization"),
    }),
  ),
  next: z.string().nullable(),
});
export type TeamMembers = z.infer<typeof teamMembersSchema>;
export type TeamOrder = (typeof TEAM_ORDERS)[number];
