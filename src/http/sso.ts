import { fromNodeHeaders } from 'better-auth/node';
import { AccountError } from '../accounts/account-error.ts';
import { isLoopbackHost } from '../accounts/fetch-provider.ts';
import { beginOidc, finishOidc, type OidcClient, refused } from '../accounts/oidc-flow.ts';
import { signInWithSso } from '../accounts/sign-in-with-sso.ts';
import {
  deleteSsoProvider,
  findSsoProvider,
  openClientSecret,
  readSsoProvider,
  readSsoProviderById,
  type SsoProvider,
  storeSsoProvider,
} from '../accounts/sso-providers.ts';
import {
  type SsoProviderAnswer,
  ssoCallbackSchema,
  ssoProviderSchema,
  ssoSettingsSchema,
  startedSsoSchema,
  startSsoSchema,
} from '../contract/sso.ts';
import { withTenant } from '../db/with-tenant.ts';
import { toProblem } from './answer-problems.ts';
import type { HttpApp, HttpContext, HttpRequest } from './context.ts';
import { notFound } from './problem.ts';
import { requireAdminPerson, toActor } from './require-admin.ts';
import { readSsoCookie, setSsoCookie, toEndedSsoCookie } from './sso-cookie.ts';

const tags = ['accounts'];
/** Beginnings and returns of one client in a quarter of an hour: each asks another server. */
export const SSO_PER_CLIENT_MAX = 60;
const rateLimit = { max: SSO_PER_CLIENT_MAX, timeWindow: 15 * 60_000 };

/** Single sign-on: an admin sets the organization's provider, browsers go to it and come back with a code. */
export function ssoRoutes(app: HttpApp, context: HttpContext): void {
  addProviderRoutes(app, context);
  app.route({
    method: 'POST',
    url: '/api/sso/start',
    schema: {
      tags,
      summary: 'Begin single sign-on; answers where the browser goes',
      security: [],
      body: startSsoSchema,
      response: { 200: startedSsoSchema },
    },
    config: { rateLimit },
    handler: async (request, reply) => {
      const provider = await findSsoProvider(context.databases, request.body);
      const { url, attempt } = await beginOidc(await toClient(context, provider));
      await setSsoCookie(context, reply, { providerId: provider.id, attempt });
      return { url };
    },
  });
  app.route({
    method: 'GET',
    url: '/api/sso/callback',
    schema: {
      tags,
      summary: 'Where the provider sends the browser back; goes on to the start page with a session',
      security: [],
      querystring: ssoCallbackSchema,
    },
    config: { rateLimit },
    handler: async (request, reply) => {
      const ended = toEndedSsoCookie(context);
      try {
        const cookies = await finish(context, request, request.query);
        return reply.header('set-cookie', [ended, ...cookies]).redirect('/', 303);
      } catch (error) {
        const problem = toProblem(error);
        context.log.warn({ status: problem.status, code: problem.code }, 'sso.refused');
        reply.header('set-cookie', ended);
        // A person watches, not a program: the sign-in page tells them.
        if (problem.status < 500 && request.headers.accept?.includes('text/html'))
          return reply.redirect(`/sign-in?problem=${problem.code ?? 'sso_refused'}`, 303);
        throw error;
      }
    },
  });
}

function addProviderRoutes(app: HttpApp, context: HttpContext): void {
  const url = '/api/sso/provider';
  const response = { 200: ssoProviderSchema };
  app.route({
    method: 'GET',
    url,
    schema: { tags, summary: "The organization's identity provider", response },
    handler: async (request) => {
      const { organizationId } = await requireAdminPerson(request);
      return toAnswer(
        context,
        await withTenant(context.databases, organizationId, (trx) => readSsoProvider(trx, organizationId)),
      );
    },
  });
  app.route({
    method: 'PUT',
    url,
    schema: { tags, summary: 'Set the identity provider; it is asked first', body: ssoSettingsSchema, response },
    handler: async (request) => {
      const session = await requireAdminPerson(request);
      const stored = await storeSsoProvider(context, {
        organizationId: session.organizationId,
        actor: toActor(session),
        settings: request.body,
        isLoopbackAllowed: isTrial(context),
      });
      return toAnswer(context, stored);
    },
  });
  app.route({
    method: 'DELETE',
    url,
    schema: { tags, summary: 'Take the identity provider away; sessions it vouched for end' },
    handler: async (request, reply) => {
      const session = await requireAdminPerson(request);
      const { organizationId } = session;
      if (!(await deleteSsoProvider(context.databases, { organizationId, actor: toActor(session) })))
        throw notFound('An identity provider');
      return reply.code(204).send();
    },
  });
}

async function finish(
  context: HttpContext,
  request: HttpRequest,
  answer: { code?: string; state?: string; iss?: string; error?: string },
): Promise<readonly string[]> {
  const underWay = await readSsoCookie(context, request);
  if (underWay === null) throw refused('it took longer than 10 minutes, or began in another browser');
  if (answer.error !== undefined) throw refused(`the provider said ${answer.error.replace(/[^\w. -]/g, '')}`);
  const provider = await readSsoProviderById(context.databases, underWay.providerId);
  if (provider === null)
    throw new AccountError('sso_none', 'This identity provider was taken away. Use your password.');
  const vouched = await finishOidc(await toClient(context, provider), underWay.attempt, answer);
  return signInWithSso(context, { provider, vouched, headers: fromNodeHeaders(request.headers) });
}

async function toClient(context: HttpContext, provider: SsoProvider): Promise<OidcClient> {
  return {
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: await openClientSecret(context.auth, provider),
    redirectUri: toRedirectUri(context),
    isLoopbackAllowed: isTrial(context),
  };
}

function toAnswer(context: HttpContext, provider: SsoProvider | null): SsoProviderAnswer {
  if (provider === null) return { provider: null, redirectUri: toRedirectUri(context) };
  const { id, issuer, clientId, emailDomain, admitsNewMembers } = provider;
  return { provider: { id, issuer, clientId, emailDomain, admitsNewMembers }, redirectUri: toRedirectUri(context) };
}

function toRedirectUri({ publicUrl }: HttpContext): string {
  return `${publicUrl}/api/sso/callback`;
}

function isTrial({ publicUrl }: HttpContext): boolean {
  return isLoopbackHost(new URL(publicUrl).hostname);
}
