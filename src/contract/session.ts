import { z } from 'zod';

export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** GET /api/session: who is signed in, and where. 401 when nobody is. */
export const sessionResponseSchema = z
  .object({
    userId: z.uuid().describe('The member of this organization'),
    organizationId: z.uuid(),
    organizationName: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(ROLES),
    timezone: z.string().nullable().describe("The member's own time zone; null: the organization's"),
    hasTwoFactor: z.boolean().describe('A second step (TOTP) guards the account'),
  })
  .meta({ id: 'Session' });

export type SessionResponse = z.infer<typeof sessionResponseSchema>;

/** GET /api/session/state: 200 also when nobody is signed in, which is no fault of whoever asks. */
export const sessionStateSchema = z.object({ session: sessionResponseSchema.nullable() }).meta({ id: 'SessionState' });

export type SessionState = z.infer<typeof sessionStateSchema>;

/** POST /api/auth/sign-in/email. Answers 200 with the session cookie. */
export const signInRequestSchema = z
  .object({
    email: z.string().trim().toLowerCase().max(254, 'at most 254 characters').pipe(z.email('an email address')),
    password: z.string().min(1, 'your password').max(256, 'at most 256 characters'),
    rememberMe: z.boolean().optional().describe('False: the session ends with the browser'),
  })
  .meta({ id: 'SignInRequest' });

export type SignInRequest = z.infer<typeof signInRequestSchema>;
