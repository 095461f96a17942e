import type { Transaction } from 'kysely';
import {
  changeProfile,
  changeRole,
  deactivateMember,
  type MemberAct,
  type MemberProfile,
  reactivateMember,
} from '../accounts/change-member.ts';
import { PeopleError } from '../accounts/people-error.ts';
import { type Member, readMember, readMembers } from '../accounts/read-members.ts';
import {
  type MemberAnswer,
  memberChangeSchema,
  memberListQuerySchema,
  memberListSchema,
  memberSchema,
  roleChangeSchema,
} from '../contract/member.ts';
import type { Role } from '../contract/session.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type DepartmentId, type MemberId, parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import type { Access } from './require-access.ts';
import { requireAdmin, toActor } from './require-admin.ts';

const tags = ['people'];

interface OneMember {
  Params: { userId: string };
}

/** The people of the organization, for admins. */
export function memberRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/members',
    schema: {
      tags,
      summary: 'Members, by name',
      querystring: memberListQuerySchema,
      response: { 200: memberListSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const { limit, cursor, ...filter } = request.query;
      const after = cursor === undefined ? null : parseUuid<MemberId>(cursor);
      const question = { organizationId, ...toMemberFilter(filter), limit, after };
      const page = await withTenant(context.databases, organizationId, (trx) => readMembers(trx, question));
      return { data: page.data.map(toMemberAnswer), next: page.next };
    },
  });
  app.route<OneMember>({
    method: 'GET',
    url: '/api/members/:userId',
    schema: { tags, summary: 'One member', response: { 200: memberSchema } },
    handler: async (request) => {
      const session = await requireAdmin(request);
      return act(context, session, request.params.userId, (trx, { organizationId, memberId }) =>
        readMember(trx, organizationId, memberId),
      );
    },
  });
  app.route<OneMember & { Body: MemberProfile }>({
    method: 'PATCH',
    url: '/api/members/:userId',
    schema: {
      tags,
      summary: "Change a member's profile and department",
      body: memberChangeSchema,
      response: { 200: memberSchema },
    },
    handler: async (request) => {
      const session = await requireAdmin(request);
      return act(context, session, request.params.userId, (trx, who) =>
        changeProfile(trx, { ...who, profile: request.body }),
      );
    },
  });
  app.route<OneMember & { Body: { role: Role } }>({
    method: 'PUT',
    url: '/api/members/:userId/role',
    schema: { tags, summary: 'Change a role; owners only', body: roleChangeSchema, response: { 200: memberSchema } },
    handler: async (request) => {
      const session = await requireAdmin(request);
      return act(context, session, request.params.userId, (trx, who) =>
        changeRole(trx, { ...who, role: request.body.role }),
      );
    },
  });
  app.route<OneMember>({
    method: 'POST',
    url: '/api/members/:userId/deactivate',
    schema: { tags, summary: 'Shut a member out at once; their pixel goes on', response: { 200: memberSchema } },
    handler: async (request) => {
      const session = await requireAdmin(request);
      const now = new Date(context.clock.now());
      return act(context, session, request.params.userId, (trx, who) => deactivateMember(trx, { ...who, now }));
    },
  });
  app.route<OneMember>({
    method: 'POST',
    url: '/api/members/:userId/reactivate',
    schema: { tags, summary: 'Let a member in again; takes a seat', response: { 200: memberSchema } },
    handler: async (request) => {
      const session = await requireAdmin(request);
      const { plan } = context;
      return act(context, session, request.params.userId, (trx, who) => reactivateMember(trx, { ...who, plan }));
    },
  });
}

interface MemberFilter {
  readonly search?: string | undefined;
  readonly departmentId?: string | undefined;
  readonly status?: MemberAnswer['status'] | undefined;
}

export function toMemberFilter({ search, departmentId, status }: MemberFilter) {
  return {
    search,
    departmentId: departmentId as DepartmentId | undefined,
    isActive: status === undefined ? undefined : status === 'active',
  };
}

/** Another organization's member, and what is no id at all, is not found. */
async function act(
  context: HttpContext,
  session: Access,
  userId: string,
  work: (trx: Transaction<Schema>, who: MemberAct) => Promise<Member | null>,
): Promise<MemberAnswer> {
  const memberId = parseUuid<MemberId>(userId);
  if (memberId === null) throw notThere();
  const { organizationId, role } = session;
  const who = { organizationId, memberId, actor: toActor(session), actorRole: role };
  const member = await withTenant(context.databases, organizationId, (trx) => work(trx, who));
  if (member === null) throw notThere();
  return toMemberAnswer(member);
}

const notThere = () => new PeopleError('unknown_member', 'The member was not found.');

export function toMemberAnswer(member: Member): MemberAnswer {
  const { id, name, email, role, title, phone, timezone, department, trackingMode } = member;
  const status = member.deactivatedAt === null ? 'active' : 'deactivated';
  const createdAt = member.createdAt.toISOString();
  return { userId: id, name, email, role, title, phone, timezone, department, trackingMode, status, createdAt };
}
