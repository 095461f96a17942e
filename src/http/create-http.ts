import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { watchSharing } from '../accounts/watch-sharing.ts';
import { adminSettingsRoutes } from './admin-settings.ts';
import { adminTrackingRoutes } from './admin-tracking.ts';
import { answerProblems, sendProblem, toProblem, toRoute } from './answer-problems.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditLogRoutes } from './audit-log.ts';
import { authRoutes } from './auth.ts';
import { campaignEditRoutes } from './campaign-edits.ts';
import { campaignStatsRoutes } from './campaign-stats.ts';
import { campaignRoutes } from './campaigns.ts';
import { createGentleClose, type GentleClose } from './close-gently.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { departmentRoutes } from './departments.ts';
import { installTestRoutes } from './install-test.ts';
import { invitationRoutes } from './invitations.ts';
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
import { takeApiKeys } from './require-key.ts';
import { sessionRoutes } from './session.ts';
import { liveSessionRoutes } from './sessions.ts';
import { signUpRoutes } from './sign-up.ts';
import { signatureTemplateRoutes } from './signature-templates.ts';
import { signatureRoutes } from './signatures.ts';
import { ssoRoutes } from './sso.ts';
import { serveStaticWeb } from './static-web.ts';
import { toClientKey } from './to-client-key.ts';
import { trackingRoutes } from './tracking.ts';
import { trackingExportRoutes } from './tracking-exports.ts';

// One port. Requests for /api/t/* go to the collector before Fastify sees them; all others are parsed, authorised,
// asked and answered by one file per resource. What must never happen: a pixel slowed by a hook, an error that is not
// a problem document or that tells a stack, an answer field its schema does not name, a change caused by another site.

export interface HttpOptions {
  readonly context: HttpContext;
  /** Serves /api/t/* fully. */
  readonly collect: (request: IncomingMessage, response: ServerResponse) => void;
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
const DRAIN_MS = 500;
const DEADLINE_MS = 10_000;

export async function createHttp(options: HttpOptions): Promise<HttpApp> {
  const { context } = options;
  const gentle = createGentleClose({
    drainMs: options.drainMs ?? DRAIN_MS,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
  });
  const app = openApp(options, gentle);
  answerProblems(app, context.log);
  await app.register(helmet, toHelmetOptions(context.publicUrl));
  await app.register(rateLimit, {
    global: false,
    keyGenerator: toClientKey,
    errorResponseBuilder: (_request, limit) =>
      new Problem(429, `Too many requests. Try again in ${limit.after}.`, { code: 'too_many_requests' }),
  });
  addHooks(app, context, gentle);
  await gatherOpenapi(app, context.publicUrl);
  addResources(app, options, gentle);
  await serveStaticWeb(app, options.webDir);
  return app;
}

/** One line per resource. */
function addResources(app: HttpApp, { context, readiness, metricsToken }: HttpOptions, gentle: GentleClose): void {
  signUpRoutes(app, context);
  authRoutes(app, context);
  sessionRoutes(app, context);
  liveSessionRoutes(app, context);
  passwordResetRoutes(app, context);
  ssoRoutes(app, context);
  campaignRoutes(app, context);
  campaignEditRoutes(app, context);
  campaignStatsRoutes(app, context);
  signatureRoutes(app, context);
  signatureTemplateRoutes(app, context);
  installTestRoutes(app, context);
  trackingRoutes(app, context);
  qualityRoutes(app, context);
  openRoutes(app, context);
  adminTrackingRoutes(app, context);
  trackingExportRoutes(app, context);
  profileRoutes(app, context);
  memberRoutes(app, context);
  memberImportRoutes(app, context);
  invitationRoutes(app, context);
  planRoutes(app, context);
  privacyRoutes(app, context);
  departmentRoutes(app, context);
  adminSettingsRoutes(app, context);
  auditLogRoutes(app, context);
  apiKeyRoutes(app, context);
  metricsRoutes(app, context, metricsToken ?? null);
  readyzRoutes(app, context, { readiness, isClosing: () => gentle.isClosing });
  openapiRoutes(app);
}

function openApp({ context, collect, trustProxy }: HttpOptions, gentle: GentleClose): HttpApp {
  const app = Fastify({
    serverFactory: (handler) =>
      createServer(SERVER_LIMITS, (request, response) => {
        gentle.prepare(response);
        if (request.url?.startsWith('/api/t/')) collect(request, response);
        else handler(request, response);
      }),
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

/** Fastify sets none of these when the server is ours; its own requestTimeout of 0 lets a body drip for ever. */
const SERVER_LIMITS = {
  keepAliveTimeout: 72_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
} as const;

/** A POST that needs no body may still say application/json, as many clients do. */
function takeEmptyJson(app: HttpApp): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}

function addHooks(app: HttpApp, { publicUrl, log }: HttpContext, gentle: GentleClose): void {
  app.addHook('onRequest', async (request) => refuseForeignOrigin(request, publicUrl));
  app.addHook('onSend', async (request, reply) => {
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
