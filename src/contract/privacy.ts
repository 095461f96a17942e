import { z } from 'zod';

/** GET /api/privacy/export: JSON lines, {"export"} first, {"table","row"} for each row, {"end"} last. */
export const privacyExportQuerySchema = z.object({
  of: z
    .literal(['me', 'organization'])
    .or(z.uuid().toLowerCase())
    .default('me')
    .describe("me, organization, or a member's id; all but me is for admins"),
});

const CONFIRM = 'Typed by a person: the email address of the member, or the name of the organization';

/** POST /api/privacy/erase. */
export const privacyEraseSchema = z.union(
  [
    z.strictObject({ userId: z.uuid().toLowerCase(), confirm: z.string().max(254).describe(CONFIRM) }),
    z.strictObject({ organization: z.literal(true), confirm: z.string().max(254).describe(CONFIRM) }),
  ],
  { error: '{"userId": id, "confirm": email address} or {"organization": true, "confirm": name}' },
);
export type PrivacyErase = z.infer<typeof privacyEraseSchema>;

export const erasedSchema = z.object({
  erased: z.record(z.string(), z.int()).describe('Rows that went, by table'),
});
