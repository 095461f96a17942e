import { z } from 'zod';

/** POST /api/password-reset/request. The answer is the same whether or not the address has an account. */
export const requestPasswordResetSchema = z
  .strictObject({
    email: z.string().trim().toLowerCase().max(254, 'at most 254 characters').pipe(z.email('an email address')),
  })
  .meta({ id: 'RequestPasswordReset' });

/** POST /api/password-reset. Answers 204; every session of the person has ended. */
export const resetPasswordSchema = z
  .strictObject({
    token: z.string().min(1, 'the token of the link').max(100, 'the token of the link'),
    password: z.string().min(8, 'at least 8 characters').max(256, 'at most 256 characters'),
  })
  .meta({ id: 'ResetPassword' });
