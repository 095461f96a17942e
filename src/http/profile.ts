import { changeProfile, restrictTracking } from '../accounts/change-member.ts';
import { PeopleError } from '../accounts/people-error.ts';
import { readMember } from '../accounts/read-members.ts';
import { memberSchema, ownProfileChangeSchema } from '../contract/member.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { toMemberAnswer } from './members.ts';
import { toActor } from './require-admin.ts';
import { requireSession } from './require-session.ts';

const tags = ['people'];

/** One's own profile, and how much of oneself is tracked at most. */
export function profileRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/profile',
    schema: { tags, summary: 'My profile', response: { 200: memberSchema } },
    handler: async (request) => {
      const { organizationId, memberId } = await requireSession(request);
      const member = await withTenant(context.databases, organizationId, (trx) =>
        readMember(trx, organizationId, memberId),
      );
      if (member === null) throw new PeopleError('unknown_member', 'The member was not found.');
      return toMemberAnswer(member);
    },
  });
  app.route({
    method: 'PATCH',
    url: '/api/profile',
    schema: {
      tags,
      summary: 'Change my profile, or restrict how I am tracked',
      body: ownProfileChangeSchema,
      response: { 200: memberSchema },
    },
    handler: async (request) => {
      const session = await requireSession(request);
      const { organizationId, memberId, role } = session;
      const { trackingMode, ...profile } = request.body;
      const who = { organizationId, memberId, actor: toActor(session), actorRole: role };
      const member = await withTenant(context.databases, organizationId, async (trx) => {
        const changed = await changeProfile(trx, { ...who, profile });
        return trackingMode === undefined ? changed : restrictTracking(trx, { ...who, trackingMode });
      });
      return toMemberAnswer(member);
    },
  });
}
