import { createOTP } from '@better-auth/utils/otp';
import { APIError, type createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import { symmetricDecrypt } from 'better-auth/crypto';
import type { Databases } from '../db/open-databases.ts';
import type { PersonId } from '../domain/ids.ts';

/** Seconds of one code, and how many codes before and after now the library takes. */
const PERIOD_S = 30;
const WINDOW = 1;

/**
 * Before the library checks a code of the second factor: a right code takes its time step for good, so that one read
 * over a shoulder is worth nothing once used (ASVS 6.5.1). Wrong codes are the library's to count.
 */
export async function takeCodeOnce(databases: Pick<Databases, 'system'>, context: AuthContext): Promise<void> {
  const code = (context.body as { code?: unknown } | undefined)?.code;
  const personId = await findPerson(context);
  if (typeof code !== 'string' || personId === null) return;
  const row = await databases.system
    .selectFrom('user_two_factors')
    .select(['id', 'secret'])
    .where('user_id', '=', personId)
    .executeTakeFirst();
  if (!row) return;
  const secret = await symmetricDecrypt({ key: context.context.secretConfig, data: row.secret });
  const step = await findStep(secret, code);
  if (step === null) return;
  const taken = await databases.system
    .updateTable('user_two_factors')
    .set({ last_step: step })
    .where('id', '=', row.id)
    .where((where) => where.or([where('last_step', 'is', null), where('last_step', '<', step)]))
    .executeTakeFirst();
  if (taken.numUpdatedRows === 0n)
    throw APIError.from('UNAUTHORIZED', { code: 'code_used', message: 'This code was used. Wait for the next one.' });
}

export type AuthContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** Who signs in: by their session, or by the cookie of the first step. */
async function findPerson(context: AuthContext): Promise<PersonId | null> {
  const session = await getSessionFromCtx(context);
  if (session) return session.user.id as PersonId;
  const cookie = context.context.createAuthCookie('two_factor');
  const challenge = await context.getSignedCookie(cookie.name, context.context.secret);
  if (!challenge) return null;
  const found = await context.context.internalAdapter.findVerificationValue(challenge);
  return (found?.value ?? null) as PersonId | null;
}

async function findStep(secret: string, code: string): Promise<number | null> {
  const now = Math.floor(Date.now() / 1_000 / PERIOD_S);
  for (let step = now - WINDOW; step <= now + WINDOW; step += 1)
    if ((await createOTP(secret).hotp(step)) === code) return step;
  return null;
}
