import { signatureSchema } from '../contract/signature.ts';
import { withTenant } from '../db/with-tenant.ts';
import { readSignature } from '../signatures/read-signature.ts';
import { rotateUserPixel } from '../signatures/rotate-user-pixel.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound } from './problem.ts';
import { requireSession, type Session } from './require-session.ts';
import { signatureFrameRoutes } from './signature-frame.ts';

/** A member's own signature. It holds pixel tokens: never cached anywhere. */
export function signatureRoutes(app: HttpApp, context: HttpContext): void {
  signatureFrameRoutes(app);
  const toOwner = ({ organizationId, memberId }: Session) => ({
    organizationId,
    memberId,
    tokenKey: context.tokenKey,
  });

  const answerSignature = async (session: Session) => {
    const question = { ...toOwner(session), pixelUrl: context.pixelUrl };
    const signature = await withTenant(context.databases, session.organizationId, (trx) =>
      readSignature(trx, question),
    );
    if (signature === null) throw notFound('The member');
    return { ...signature, campaigns: [...signature.campaigns], template: { ...signature.template } };
  };

  app.get(
    '/api/signatures/me',
    { schema: { tags: ['signatures'], summary: 'My signature with its pixels', response: { 200: signatureSchema } } },
    async (request) => {
      return answerSignature(await requireSession(request));
    },
  );

  /** A new pixel; mails already sent keep reporting through the old one. */
  app.post(
    '/api/signatures/me/rotate',
    { schema: { tags: ['signatures'], summary: 'Replace my pixel by a new one', response: { 200: signatureSchema } } },
    async (request) => {
      const session = await requireSession(request);
      const issued = await withTenant(context.databases, session.organizationId, (trx) =>
        rotateUserPixel(trx, { ...toOwner(session), now: context.clock.now() }),
      );
      if (issued === null) throw notFound('The member');
      return answerSignature(session);
    },
  );
}
