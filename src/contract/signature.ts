import { z } from 'zod';

/** GET /api/signatures/me. */
export const signatureSchema = z.object({
  /** The whole signature, ready for a mail client: the pixels are inside. */
  html: z.string(),
  /** The same words for mails without HTML; it cannot hold a pixel. */
  text: z.string(),
  /** Null while user tracking is off. */
  pixelUrl: z.url().nullable(),
  /** The campaigns whose pixel is inside. */
  campaigns: z.array(z.object({ id: z.uuid(), name: z.string(), pixelUrl: z.url() })),
});
export type Signature = z.infer<typeof signatureSchema>;
