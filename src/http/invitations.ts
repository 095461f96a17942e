import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import { type Accepted, acceptInvitation, readInvitation } from '../accounts/accept-invitation.ts';
import { MailError } from '../accounts/create-mailer.ts';
import {
  cancelInvitation,
  createInvitation,
  INVITATION_DAYS,
  type Invitation,
  type IssuedInvitation,
  markSent,
  readInvitations,
  renewInvitation,
} from '../accounts/invitations.ts';
import { PeopleError } from '../accounts/people-error.ts';
import {
  acceptedInvitationSchema,
  type InvitationAnswer,
  invitationAcceptSchema,
  invitationDraftSchema,
  invitationListQuerySchema,
  invitationListSchema,
  invitationLookSchema,
  invitationSchema,
  invitationSeenSchema,
  issuedInvitationSchema,
} from '../contract/invitation.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { PersonId } from '../domain/ids.ts';
import { type DepartmentId, parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import type { Access } from './require-access.ts';
import { requireAdmin, toActor } from './require-admin.ts';

const tags = ['people'];

/** Looking at links and using them, by one client: guessing a token of 24 bytes is hopeless, hashing passwords is not free. */
export const LINKS_PER_MINUTE_MAX = 120;
/** Invitations of one client: each may be a letter to a stranger. */
export const INVITATIONS_PER_HOUR_MAX = 1_000;
const inviteLimit = { rateLimit: { max: INVITATIONS_PER_HOUR_MAX, timeWindow: '1 hour' } };
const linkLimit = { rateLimit: { max: LINKS_PER_MINUTE_MAX, timeWindow: '1 minute' } };

interface OneInvitation {
  Params: { id: string };
}

/** Admins ask people in by link, mailed where there is a mail server. The link's token stands behind #: no log sees it. */
export function invitationRoutes(app: HttpApp, context: HttpContext): void {
  const { databases, plan } = context;
  app.route({
    method: 'POST',
    url: '/api/invitations',
    schema: {
      tags,
      summary: 'Invite somebody; answers the link once, and mails it where SMTP_URL is set',
      body: invitationDraftSchema,
      response: { 201: issuedInvitationSchema },
    },
    config: inviteLimit,
    handler: async (request, reply) => {
      const session = await requireAdmin(request);
      const draft = { ...request.body, departmentId: request.body.departmentId as DepartmentId | undefined };
      const act = { ...toAct(session), personId: session.personId, plan, draft };
      const issued = await withTenant(databases, session.organizationId, (trx) => createInvitation(trx, act));
      return reply.code(201).send(await handOver(context, session, issued));
    },
  });
  app.route({
    method: 'GET',
    url: '/api/invitations',
    schema: {
      tags,
      summary: 'Invitations, newest first',
      querystring: invitationListQuerySchema,
      response: { 200: invitationListSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const { limit, cursor = null, status } = request.query;
      const question = { organizationId, limit, after: cursor, isOpen: status === 'open' };
      const page = await withTenant(databases, organizationId, (trx) => readInvitations(trx, question));
      return { data: page.data.map(toAnswer), next: page.next };
    },
  });
  app.route<OneInvitation>({
    method: 'POST',
    url: '/api/invitations/:id/renew',
    schema: {
      tags,
      summary: 'A new link for seven days; the former one ends',
      response: { 200: issuedInvitationSchema },
    },
    handler: async (request) => {
      const session = await requireAdmin(request);
      const act = { ...toAct(session), id: toId(request.params.id), plan };
      const issued = await withTenant(databases, session.organizationId, (trx) => renewInvitation(trx, act));
      return handOver(context, session, issued);
    },
  });
  app.route<OneInvitation>({
    method: 'POST',
    url: '/api/invitations/:id/cancel',
    schema: { tags, summary: 'End an invitation; its seat is free', response: { 200: invitationSchema } },
    handler: async (request) => {
      const session = await requireAdmin(request);
      const act = { ...toAct(session), id: toId(request.params.id) };
      return toAnswer(await withTenant(databases, session.organizationId, (trx) => cancelInvitation(trx, act)));
    },
  });
  linkRoutes(app, context);
}

/** For whoever holds a link: no session is needed, and a token says which organization. */
function linkRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'POST',
    url: '/api/invitations/look',
    schema: {
      tags,
      summary: 'What an invitation link is for',
      security: [],
      body: invitationLookSchema,
      response: { 200: invitationSeenSchema },
    },
    config: linkLimit,
    handler: async (request) => readInvitation(context.databases, request.body.token),
  });
  app.route({
    method: 'POST',
    url: '/api/invitations/accept',
    schema: {
      tags,
      summary: 'Become a member; a new person chooses a password and gets the session cookie',
      security: [],
      body: invitationAcceptSchema,
      response: { 201: acceptedInvitationSchema },
    },
    config: linkLimit,
    bodyLimit: 16_384,
    handler: async (request, reply) => {
      const { token, name, password } = request.body;
      const signedIn = await readSignedIn(context, request);
      const accepted = await acceptInvitation(context, { token, name, password, signedIn });
      const { memberId: userId, organizationId } = accepted;
      context.log.info({ organizationId, memberId: userId }, 'account.invitation_accepted');
      if (accepted.isNewPerson && password !== undefined)
        reply.header('set-cookie', await signIn(context, request, { email: accepted.email, password }));
      return reply.code(201).send({ userId, ...toShown(accepted) });
    },
  });
}

function toShown({ organizationId, organizationName, name, email, role }: Accepted) {
  return { organizationId, organizationName, name, email, role };
}

async function readSignedIn({ auth }: HttpContext, request: FastifyRequest) {
  const headers = fromNodeHeaders(request.headers);
  const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
  return found === null ? null : { personId: found.user.id as PersonId, sessionToken: found.session.token };
}

/** The member is stored by now: should this fail, they sign in by hand. */
async function signIn(
  { auth }: HttpContext,
  request: FastifyRequest,
  body: { email: string; password: string },
): Promise<string[]> {
  const signed = await auth.api
    .signInEmail({ body, headers: fromNodeHeaders(request.headers), returnHeaders: true })
    .catch(() => null);
  return signed?.headers.getSetCookie() ?? [];
}

async function handOver(context: HttpContext, session: Access, { invitation, token }: IssuedInvitation) {
  const url = `${context.publicUrl}/join#${token}`;
  const mailProblem = await mail(context, session, { invitation, url });
  const isMailed = mailProblem === null;
  if (isMailed)
    await withTenant(context.databases, session.organizationId, (trx) =>
      markSent(trx, session.organizationId, invitation.id),
    );
  const sentAt = isMailed ? new Date(context.clock.now()).toISOString() : null;
  return { ...toAnswer(invitation), ...(isMailed ? { sentAt } : {}), url, isMailed, mailProblem };
}

/** Null when it went out; the invitation stands either way. */
async function mail(
  { mailer, log }: HttpContext,
  session: Access,
  { invitation, url }: { invitation: Invitation; url: string },
): Promise<string | null> {
  if (mailer === null) return 'No mail server is set (SMTP_URL). Hand the link on yourself.';
  const { organizationName, name } = session;
  const text = `${name} invites you to ${organizationName} on MailTracker.\n\nOpen this link within ${INVITATION_DAYS} days to join:\n${url}\n\nIf you do not know ${name}, ignore this letter.\n`;
  try {
    const subject = toOneLine(`${name} invites you to ${organizationName} on MailTracker`);
    await mailer.send({ to: invitation.email, subject, text });
    return null;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    log.warn({ organizationId: session.organizationId, error: error.message }, 'invitation.not_mailed');
    return `${error.message} Hand the link on yourself, or renew the invitation later.`;
  }
}

function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function toAct(session: Access) {
  const { organizationId, role } = session;
  return { organizationId, actor: toActor(session), actorRole: role };
}

function toId(text: string): string {
  const id = parseUuid(text);
  if (id === null) throw new PeopleError('unknown_invitation', 'The invitation was not found.');
  return id;
}

function toAnswer(invitation: Invitation): InvitationAnswer {
  const { id, email, name, role, departmentId, status, invitedBy, sentAt, expiresAt, createdAt } = invitation;
  return {
    ...{ id, email, name, role, departmentId, status, invitedBy },
    sentAt: sentAt?.toISOString() ?? null,
    expiresAt: expiresAt.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}
