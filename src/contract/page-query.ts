import { z } from 'zod';

/** How a list is asked for page by page: `limit` from 1 to 200, 50 when left out, and the `next` of the page before. */
export const PAGE_LIMIT_MAX = 200;
export const PAGE_LIMIT_DEFAULT = 50;
const EXPECTED = `a whole number from 1 to ${PAGE_LIMIT_MAX}`;

export const pageQuerySchema = z.object({
  limit: z
    .string({ error: EXPECTED })
    .regex(/^\d{1,6}$/, EXPECTED)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= PAGE_LIMIT_MAX, EXPECTED)
    .default(PAGE_LIMIT_DEFAULT),
  cursor: z.string().max(200).optional().describe('The `next` of the page before'),
});
