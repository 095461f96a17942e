import type { RequestListener, Server } from 'node:http';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { watchSharing } from '../accounts/watch-sharing.ts';
import { adminHealthRoutes } from './admin-health.ts';
import { adminSettingsRoutes } from './admin-settings.ts';
import { adminTrackingRoutes } from './admin-tracking.ts';
import { answerProblems, sendProblem, toProblem, toRoute } from './answer-problems.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditLogRoutes } from './audit-log.ts';
import { authRoutes } from './auth.ts';
import { campaignEditRoutes } from './campaign-edits.ts';
import { campaignExportRoutes } from './campaign-export.ts';
import { campaignStatsRoutes } from './campaign-stats.ts';
import { campaignRoutes } from './campaigns.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { createFront, type Front, type FrontOptions } from './create-front.ts';
import { deliveriesRoutes } from './deliveries.ts';
import { deliveryExportRoutes } from './delivery-export.ts';
import { departmentRoutes } from './departments.ts';
import { destinationRoutes } from './destinations.ts';
import { installTestRoutes } from './install-test.ts';
import { invitationRoutes } from './invitations.ts';
import { listExportRoutes } from './list-exports.ts';
import { liveRoutes } from './live.ts';
import { memberExportRoutes } from './member-export.ts';
import { memberImportRoutes } from './member-import.ts';
import { memberRoutes } from './members.ts';
import { metricsRoutes } from './metrics.ts';
import { gatherOpenapi, openapiRoutes } from './openapi.ts';
import { openRoutes } from './opens.ts';
import { watchOwnDevices } from './own-devices.ts';
import { passwordResetRoutes } from './password-reset.ts';
import { planRoutes } from './plan.ts';
import { privacyRoutes } from './privacy.ts';
import { Problem } from './problem.ts';
import { profileRoutes } from './profile.ts';
import { qualityRoutes } from './quality.ts';
import { type Readiness, readyzRoutes } from './readyz.ts';
import { refuseForeignOrigin } from './refuse-foreign-origin.ts';
import { refuseUnstorableText } from './refuse-unstorable-text.ts';
import { takeApiKeys } from './require-key.ts';
import { sessionRoutes } from './session.ts';
import { liveSessionRoutes } from './sessions.ts';
import { signUpRoutes } from './sign-up.ts';
import { signalExportRoutes } from './signal-export.ts';
import { signalSettingsRoutes } from './signal-settings.ts';
import { signalRoutes } from './signals.ts';
import { signatureTemplateRoutes } from './signature-templates.ts';
import { signatureRoutes } from './signatures.ts';
import { ssoRoutes } from './sso.ts';
import { serveStaticWeb } from './static-web.ts';
import { teamMemberRoutes } from './team-members.ts';
import { toClientKey } from './to-client-key.ts';
import { trackingRoutes } from './tracking.ts';
import { trackingExportRoutes } from './tracking-exports.ts';
import { readFrameAncestors, widgetRoutes } from './widget.ts';

// Requests for /api/t/* go to the collector before Fastify sees them; all others are parsed, authorised,
// asked and answered by one file per resource. What must never happen: a pixel slowed by a hook, an error that is not
// a problem document or that tells a stack, an answer field its schema does not name, a change caused by another site.

export interface HttpOptions {
  readonly context: HttpContext;
  /** What answers /api/t/*; absent: nothing does. */
  readonly collect?: RequestListener;
  /** How long a slow client is waited for; what a front runs with when absent. */
  readonly limits?: FrontOptions['limits'];
  /** The built screens; null when there are none. */
  readonly webDir: string | null;
  /** Who may read /metrics; absent or null: nobody. */
  readonly metricsToken?: string | null;
  /** More checks for /readyz. */
  readonly readiness?: Readiness;
  /** Whose X-Forwarded-For names the client for rate limits (TRUST_PROXY). */
  readonly trustProxy?: readonly string[] | number;
  /** Shutdown: how long clients are asked to leave, and when the last is cut off, in ms after close(). */
  readonly drainMs?: number;
  readonly deadlineMs?: number;
}

const BODY_BYTES_MAX = 262_144;

export async function createHttp(options: HttpOptions): Promise<HttpApp> {
  const { context } = options;
  const front = createFront({ ...options, collect: options.collect ?? answerNothing });
  let handler = answerNothing;
  const app = openApp(options, (built) => {
    handler = built;
    return front.server;
  });
  answerProblems(app, context.log);
  await app.register(helmet, toHelmetOptions(context.publicUrl));
  await app.register(rateLimit, {
    global: false,
    keyGenerator: toClientKey,
    errorResponseBuilder: (_request, limit) =>
      new Problem(429, `Too many requests. Try again in ${limit.after}.`, { code: 'too_many_requests' }),
  });
  addHooks(app, context, front);
  await gatherOpenapi(app, context.publicUrl);
  addResources(app, options, front);
  await serveStaticWeb(app, options.webDir, (request) => readFrameAncestors(context, request));
  front.attach(handler);
  return app;
}

const answerNothing: RequestListener = (_request, response) => void response.writeHead(404).end();

/** One line per resource. */
function addResources(app: HttpApp, { context, readiness, metricsToken }: HttpOptions, { gentle }: Front): void {
  signUpRoutes(app, context);
  authRoutes(app, context);
  sessionRoutes(app, context);
  liveSessionRoutes(app, context);
  passwordResetRoutes(app, context);
  ssoRoutes(app, context);
  campaignRoutes(app, context);
  campaignExportRoutes(app, context);
  campaignEditRoutes(app, context);
  campaignStatsRoutes(app, context);
  signatureRoutes(app, context);
  signatureTemplateRoutes(app, context);
  installTestRoutes(app, context);
  signalRoutes(app, context);
  signalExportRoutes(app, context);
  signalSettingsRoutes(app, context);
  liveRoutes(app, context);
  trackingRoutes(app, context);
  qualityRoutes(app, context);
  openRoutes(app, context);
  adminTrackingRoutes(app, context);
  teamMemberRoutes(app, context);
  trackingExportRoutes(app, context);
  listExportRoutes(app, context);
  adminHealthRoutes(app, context);
  profileRoutes(app, context);
  memberRoutes(app, context);
  memberExportRoutes(app, context);
  memberImportRoutes(app, context);
  invitationRoutes(app, context);
  planRoutes(app, context);
  privacyRoutes(app, context);
  departmentRoutes(app, context);
  adminSettingsRoutes(app, context);
  auditLogRoutes(app, context);
  destinationRoutes(app, context);
  deliveriesRoutes(app, context);
  deliveryExportRoutes(app, context);
  apiKeyRoutes(app, context);
  widgetRoutes(app, context);
  metricsRoutes(app, context, metricsToken ?? null);
  readyzRoutes(app, context, { readiness, isClosing: () => gentle.isClosing });
  openapiRoutes(app);
}

function openApp({ context, trustProxy }: HttpOptions, serverFactory: (handler: RequestListener) => Server): HttpApp {
  const app = Fastify({
    serverFactory,
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: toTrust(trustProxy ?? []),
    return503OnClosing: false,
    exposeHeadRoutes: true,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorate('mailtracker', context);
  takeApiKeys(app, context);
  app.decorate('sharing', watchSharing(context));
  app.decorate('ownDevices', watchOwnDevices(context));
  takeEmptyJson(app);
  return app;
}

/** A number of hops, or the addresses believed; nobody when empty. */
function toTrust(
  trustProxy: readonly string[] | number,
): string[] | ((address: string, hop: number) => boolean) | false {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return trustProxy.length === 0 ? false : [...trustProxy];
}

/** A POST that needs no body may still say application/json, as many clients do. */
function takeEmptyJson(app: HttpApp): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}

function addHooks(app: HttpApp, { publicUrl, log }: HttpContext, { gentle }: Front): void {
  app.addHook('onRequest', async (request) => refuseForeignOrigin(request, publicUrl));
  app.addHook('preHandler', async (request) => refuseUnstorableText(request));
  app.addHook('onSend', async (request, reply) => {
    // Whoever hands requests on must not lose this answer to the rest of the body it still sends.
    if (reply.statusCode === 413) reply.removeHeader('connection');
    if (gentle.isClosing) reply.header('connection', 'close');
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.addHook('onResponse', async (request, reply) => {
    const fields = { route: toRoute(request), status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) };
    log.debug(fields, 'http.answered');
  });
  app.addHook('preClose', async () => gentle.begin(app.server));
}

/** Mantine writes its colours into <style> elements at run time: styles alone may be inline, scripts never. */
function toHelmetOptions(publicUrl: string) {
  const isSecure = publicUrl.startsWith('https://');
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    hsts: isSecure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' as const },
    frameguard: { action: 'deny' as const },
    originAgentCluster: isSecure,
    crossOriginOpenerPolicy: isSecure ? { policy: 'same-origin' as const } : false,
  };
}
