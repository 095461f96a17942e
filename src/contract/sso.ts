import { z } from 'zod';

const emailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, 'at most 253 characters')
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain such as example.com');

/** PUT /api/sso/provider. */
export const ssoSettingsSchema = z
  .strictObject({
    issuer: z
      .string()
      .trim()
      .max(500, 'at most 500 characters')
      .refine(
        (text) => /^https?:\/\//.test(text) && URL.canParse(text),
        'an address such as https://login.example.com',
      ),
    clientId: z.string().trim().min(1, 'the client id').max(500, 'at most 500 characters'),
    clientSecret: z
      .string()
      .min(1, 'the client secret')
      .max(2_000, 'at most 2000 characters')
      .optional()
      .describe('Kept when left out and the issuer stays; never shown'),
    emailDomain: emailDomain.describe('The provider may vouch for addresses at this domain only'),
    admitsNewMembers: z
      .boolean()
      .default(false)
      .describe('True: whom it vouches for becomes a member while seats are free'),
  })
  .meta({ id: 'SsoSettings' });

export type SsoSettings = z.input<typeof ssoSettingsSchema>;

/** GET and PUT /api/sso/provider; `provider` is null when none is set up. */
export const ssoProviderSchema = z.object({
  provider: z
    .object({
      id: z.uuid(),
      issuer: z.string(),
      clientId: z.string(),
      emailDomain: z.string(),
      admitsNewMembers: z.boolean(),
    })
    .nullable(),
  redirectUri: z.string().describe('To be entered at the provider'),
});

export type SsoProviderAnswer = z.infer<typeof ssoProviderSchema>;

/** POST /api/sso/start. */
export const startSsoSchema = z
  .union(
    [
      z.strictObject({
        email: z.string().trim().toLowerCase().max(254).pipe(z.email('an email address')),
      }),
      z.strictObject({ organization: z.string().trim().min(1).max(100) }),
    ],
    { error: 'one of {"email": address} and {"organization": slug}' },
  )
  .meta({ id: 'StartSso' });

export const startedSsoSchema = z.object({ url: z.url().describe('Where the browser goes') });

export const ssoCallbackSchema = z.object({
  code: z.string().max(4_000).optional(),
  state: z.string().max(200).optional(),
  iss: z.string().max(500).optional(),
  error: z.string().max(200).optional(),
  error_description: z.string().max(1_000).optional(),
});
