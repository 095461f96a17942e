import type { IncomingMessage, RequestListener } from 'node:http';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerProblems, sendProblem, toProblem } from './answer-problems.ts';
import type { HttpApp, HttpContext } from './context.ts';
import type { Front } from './create-front.ts';
import { type MetricsSource, metricsRoutes } from './metrics.ts';
import { notFound, Problem } from './problem.ts';
import { type Readiness, readyzRoutes } from './readyz.ts';

export interface OperationsOptions {
  readonly context: Pick<HttpContext, 'databases' | 'log'> & MetricsSource;
  readonly front: Front;
  readonly metricsToken: string | null;
  readonly readiness: Readiness;
  /** Whether the screens and the API will be here once the database is: then they are away, not missing. */
  readonly isWebToCome: boolean;
}

/**
 * What every process answers, whatever its roles and while its database is away: /readyz and /metrics. The API is a
 * 503 problem until it is there, and a browser gets a page that asks again by itself.
 */
export async function createOperations(options: OperationsOptions): Promise<Operations> {
  const { context, front, metricsToken, readiness } = options;
  let handler: RequestListener = () => undefined;
  const app: HttpApp = Fastify({
    serverFactory: (built) => {
      handler = built;
      return front.server;
    },
    bodyLimit: BODY_BYTES_MAX,
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app, context.log);
  metricsRoutes(app, context, metricsToken);
  readyzRoutes(app, context, { readiness, isClosing: () => front.gentle.isClosing });
  app.setNotFoundHandler((request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!options.isWebToCome) return sendProblem(reply, notFound('this process, which serves no screens and no API'));
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!isPage) return sendProblem(reply, toStarting());
    return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).type('text/html; charset=utf-8').send(PAGE);
  });
  await app.ready();
  return { handle: handler, close: () => app.close() };
}

export interface Operations {
  readonly handle: RequestListener;
  close(): Promise<void>;
}

/** Whether operations answer it also where the screens and the API are there: they know the whole process. */
export function isOfOperations({ method, url }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return (method === 'GET' || method === 'HEAD') && OPERATIONS_PATH.test(url ?? '');
}

const OPERATIONS_PATH = /^\/(readyz|metrics)(\?|$)/;

const BODY_BYTES_MAX = 262_144;
const RETRY_AFTER_SECONDS = 2;

function toStarting(): Problem {
  return new Problem(
    503,
    'The screens and the API are not there yet. Opens are already collected; try again shortly.',
    {
      code: 'starting',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  );
}

const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="${RETRY_AFTER_SECONDS}"><title>MailTracker starts</title>
<h1>MailTracker is starting</h1>
<p>Its screens are not there yet. Opens are already collected, and this page asks again by itself.</p>
</html>
`;
