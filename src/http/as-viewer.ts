import type { FastifyRequest } from 'fastify';
import type { Transaction } from 'kysely';
import { readViewer, type Viewer } from '../analytics/read-viewer.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpContext } from './context.ts';
import { forbidden, notFound } from './problem.ts';
import { requireSession } from './require-session.ts';

/** Answers for the member who asks; throws the 403 problem where the organization does not show members their figures. */
export async function asViewer<T>(
  context: HttpContext,
  request: FastifyRequest,
  answer: (trx: Transaction<Schema>, viewer: Viewer) => Promise<T>,
): Promise<T> {
  const session = await requireSession(request);
  return withTenant(context.databases, session.organizationId, async (trx) => {
    const viewer = await readViewer(trx, session.organizationId, session.memberId);
    if (viewer === null) throw notFound('The member');
    if (!viewer.settings.show_user_dashboard)
      throw forbidden('Your organization does not show the engagement dashboard. An admin can switch it on.');
    return answer(trx, viewer);
  });
}
