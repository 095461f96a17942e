import { z } from 'zod';

const ids = z.array(z.uuid().toLowerCase()).max(10_000);
const html = z.string().min(1, 'the HTML of a signature').max(50_000, 'at most 50000 characters');
const ownFields = z
  .record(z.string(), z.string())
  .default({})
  .describe('Merge fields of this template alone, by name: {"booking_link": "https://…"}');

/** POST /api/signature-templates and PUT /api/signature-templates/:id. */
export const templateDraftSchema = z.strictObject({
  name: z.string().trim().min(1, 'a name').max(80, 'at most 80 characters'),
  html,
  ownFields,
});

/** POST /api/signature-templates/preview: without `userId`, as the caller. */
export const templatePreviewSchema = z.strictObject({ html, ownFields, userId: z.uuid().toLowerCase().optional() });
export const templateRenderingSchema = z.object({
  html: z.string().describe('Without any pixel: looking at it is no open'),
  text: z.string(),
  warnings: z.array(z.string()).describe('What the big mail programs draw otherwise; nothing of it is refused'),
});
export type TemplateRendering = z.infer<typeof templateRenderingSchema>;

/** PUT /api/signature-templates/:id/assignments: these targets and no others. */
export const templateTargetsSchema = z.strictObject({
  organization: z.boolean().default(false),
  departmentIds: ids.default([]),
  userIds: ids.default([]),
});

export const templateSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  html: z.string(),
  ownFields: z.record(z.string(), z.string()),
  assignments: z.object({
    organization: z.boolean(),
    departmentIds: z.array(z.uuid()),
    userIds: z.array(z.uuid()),
  }),
  updatedAt: z.iso.datetime(),
});
export type TemplateAnswer = z.infer<typeof templateSchema>;

/** GET /api/signature-templates, by name; `starters` are copied to begin with. */
export const templateListSchema = z.object({
  data: z.array(templateSchema),
  next: z.null(),
  starters: z.array(z.object({ key: z.string(), name: z.string(), html: z.string() })),
  fields: z.array(z.string()).describe('What every template may say as {{field}}'),
});
export type TemplateList = z.infer<typeof templateListSchema>;
