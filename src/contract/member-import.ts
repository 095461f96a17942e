import { z } from 'zod';

/** POST /api/members/import: the body is the CSV file. */
export const memberImportQuerySchema = z.object({
  dryRun: z
    .enum(['true', 'false'], { error: 'true or false' })
    .default('false')
    .transform((text) => text === 'true')
    .describe('Everything is tried and nothing kept'),
});

export const memberImportReportSchema = z
  .object({
    isDryRun: z.boolean(),
    rows: z.int(),
    imported: z.int(),
    failed: z.int(),
    errors: z
      .array(z.object({ line: z.int(), field: z.string().nullable(), reason: z.string() }))
      .describe('By line; the first 10,000'),
    ignoredColumns: z.array(z.string()),
  })
  .meta({ id: 'MemberImportReport' });
export type MemberImportReport = z.infer<typeof memberImportReportSchema>;
