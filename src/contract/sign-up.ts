import { z } from 'zod';

/** POST /api/sign-up: an organization and its owner. Answers 201 with the session cookie. */
export const signUpRequestSchema = z
  .object({
    name: z.string().trim().min(1, 'your name').max(120, 'at most 120 characters'),
    email: z.string().trim().toLowerCase().max(254, 'at most 254 characters').pipe(z.email('an email address')),
    password: z
      .string()
      .min(8, 'at least 8 characters, 15 or more are advised')
      .max(256, 'at most 256 characters')
      .describe('8 to 256 characters; the commonest passwords are refused'),
    organizationName: z.string().trim().min(1, "your company's name").max(120, 'at most 120 characters'),
    timezone: z
      .string()
      .refine(isTimeZone, 'an IANA time zone such as Europe/Berlin')
      .optional()
      .describe('Whose days and hours the figures use; UTC when left out'),
  })
  .meta({ id: 'SignUpRequest' });

export type SignUpRequest = z.infer<typeof signUpRequestSchema>;

export const signUpResponseSchema = z
  .object({
    userId: z.uuid().describe('The member: what userId means everywhere outside sign-in'),
    organizationId: z.uuid(),
    organizationName: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.literal('owner'),
  })
  .meta({ id: 'SignUpResponse' });

export type SignUpResponse = z.infer<typeof signUpResponseSchema>;

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return /^[A-Za-z]/.test(text);
  } catch {
    return false;
  }
}
