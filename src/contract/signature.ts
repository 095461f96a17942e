import { z } from 'zod';

export const ASSIGNED_BY = ['campaign', 'member', 'department', 'organization', 'default'] as const;

/** GET /api/signatures/me. */
export const signatureSchema = z.object({
  /** The whole signature, ready for a mail client: the pixels are inside. */
  html: z.string(),
  /** The same words for mails without HTML; it cannot hold a pixel. */
  text: z.string(),
  /** Null while user tracking is off. */
  pixelUrl: z.url().nullable(),
  /** The campaigns whose pixel is inside. */
  campaigns: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      variant: z.string().nullable().describe('The label of the one I picked, else of the first'),
      pixelUrl: z.url(),
    }),
  ),
  template: z.object({
    id: z.uuid().nullable(),
    name: z.string(),
    assignedBy: z.enum(ASSIGNED_BY).describe('Why it is this one'),
  }),
});
export type Signature = z.infer<typeof signatureSchema>;
