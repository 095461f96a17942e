import { randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { InstallTestId } from '../domain/ids.ts';
import { PIXEL_TOKEN_BYTES, type PixelToken } from '../domain/pixel-token.ts';
import { toPixelUrl } from '../domain/pixel-url.ts';
import { sha256 } from '../kit/crypto.ts';
import { readSignature, type SignatureQuestion } from './read-signature.ts';

// In: a member who wants to know whether their mail client keeps the image. Out: their signature with a token of its
// own, told once and kept as a hash. What must never happen: the member's real pixel in a test, or a test's hit in a
// figure; process tells the two apart by the table signature_install_tests.

export const INSTALL_TEST_MS = 600_000;
/** Of one member at the same time: more are a loop in some program. */
export const INSTALL_TESTS_MAX = 20;

export interface InstallTest {
  readonly id: InstallTestId;
  readonly html: string;
  readonly text: string;
  readonly pixelUrl: string;
  readonly expiresAt: Date;
}

/**
 * Null when the organization has no such member; 'tracking_off' where the signature holds no user pixel, so that there
 * is nothing to test; 'too_many' over INSTALL_TESTS_MAX.
 */
export async function startInstallTest(
  trx: Transaction<Schema>,
  question: Omit<SignatureQuestion, 'testPixelUrl'> & { readonly now: number },
): Promise<InstallTest | null | 'too_many' | 'tracking_off'> {
  const { organizationId, memberId, now } = question;
  const token = randomBytes(PIXEL_TOKEN_BYTES).toString('base64url') as PixelToken;
  const pixelUrl = toPixelUrl(question.pixelUrl, 'user', token);
  const signature = await readSignature(trx, { ...question, testPixelUrl: pixelUrl });
  if (signature === null) return null;
  if (signature.pixelUrl === null) return 'tracking_off';
  const { running } = await trx
    .selectFrom('signature_install_tests')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', memberId)
    .where('expires_at', '>', new Date(now))
    .select(({ fn }) => fn.countAll<number>().as('running'))
    .executeTakeFirstOrThrow();
  if (running >= INSTALL_TESTS_MAX) return 'too_many';
  const expiresAt = new Date(now + INSTALL_TEST_MS);
  const { id } = await trx
    .insertInto('signature_install_tests')
    .values({
      organization_id: organizationId,
      user_id: memberId,
      token_hash: sha256(token),
      created_at: new Date(now),
      expires_at: expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, html: signature.html, text: signature.text, pixelUrl, expiresAt };
}
