import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './answer-problems.ts';
import type { HttpApp } from './context.ts';
import { Problem } from './problem.ts';
import { publicPageRoutes } from './public-pages.ts';

/** Built files carry a hash of their content in their name: they never change. */
const HASHED = /[/\\]assets[/\\]/;

/**
 * Serves the screens from `webDir`; each address that is no file and no part of the API gets index.html, since the
 * screens route themselves. Everything else that is not found is a problem document.
 */
export async function serveStaticWeb(
  app: HttpApp,
  webDir: string | null,
  readAncestors: (request: FastifyRequest) => Promise<readonly string[]>,
): Promise<void> {
  if (webDir !== null)
    await app.register(fastifyStatic, {
      root: webDir,
      schemaHide: true,
      cacheControl: false,
      index: false,
      dotfiles: 'ignore',
      setHeaders: (reply, path) => {
        reply.header('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  if (webDir !== null) {
    publicPageRoutes(app, webDir);
    app.get('/widget/my-engagement', { schema: { hide: true } }, async (request, reply) =>
      allowFrames(reply, await readAncestors(request)).sendFile('index.html'),
    );
  }
  app.setNotFoundHandler((request, reply) => {
    if (!isScreen(request)) return sendProblem(reply, toNotFound(request));
    if (webDir === null) return sendUnbuilt(reply);
    return reply.sendFile('index.html');
  });
}

/** The one page that others may frame: no opener, no cookie and no click of the app is within reach there. */
function allowFrames(reply: FastifyReply, origins: readonly string[]): FastifyReply {
  const policy = String(reply.getHeader('content-security-policy') ?? '');
  const ancestors = `frame-ancestors ${origins.length === 0 ? "'none'" : origins.join(' ')}`;
  return reply
    .removeHeader('x-frame-options')
    .header('content-security-policy', policy.replace(/frame-ancestors [^;]*/, ancestors))
    .header('referrer-policy', 'no-referrer');
}

/** A page a person asked for; a missing file (/assets/old.js, /favicon.ico) is not one. */
function isScreen(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '';
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && !/^\/api(\/|$)/.test(path) && !/\.[a-z0-9]{1,8}$/i.test(path);
}

function toNotFound(request: FastifyRequest): Problem {
  return new Problem(
    404,
    `There is nothing at ${request.method} ${(request.url.split('?')[0] ?? '').slice(0, PATH_CHARS_MAX)}.`,
  );
}

const PATH_CHARS_MAX = 200;

function sendUnbuilt(reply: FastifyReply): FastifyReply {
  return reply.code(503).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(UNBUILT_PAGE);
}

const UNBUILT_PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>MailTracker</title>
<h1>MailTracker runs, its screens are not built</h1>
<p>Run <code>npm run build</code> and start again. Pixels and the API work: see <a href="/api/openapi.json">/api/openapi.json</a>.</p>
</html>
`;
