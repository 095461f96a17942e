import { z } from 'zod';

/** Every error of the API: a problem document (RFC 9457), served as application/problem+json. */
export const problemSchema = z
  .object({
    type: z.string().describe('about:blank: the status says what kind of problem it is'),
    title: z.string().describe('The status in words'),
    status: z.int(),
    detail: z.string().describe('What happened and what to do, for people'),
    code: z.string().optional().describe('A stable name for programs, such as email_taken'),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .describe('For bad input: each wrong field and what was expected'),
  })
  .meta({ id: 'Problem' });

export type ProblemDocument = z.infer<typeof problemSchema>;
