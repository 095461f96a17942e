import { z } from 'zod';

export const departmentNameSchema = z.string().trim().min(1, 'a name').max(80, 'at most 80 characters');

/** POST /api/departments and PATCH /api/departments/:id. */
export const departmentDraftSchema = z.strictObject({ name: departmentNameSchema });

export const departmentSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  members: z.int().describe('Active ones'),
});

/** GET /api/departments, by name. */
export const departmentListSchema = z.object({ data: z.array(departmentSchema), next: z.string().nullable() });
