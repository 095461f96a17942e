import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpApp } from './context.ts';

// The pages for strangers: / tells what the product is, /why tells a recipient what the image in a mail is. Built as
// plain HTML, one file per language. Whoever has signed in here before gets the screens at / instead.

/** A build without these pages gets the screens at both addresses. */
export function publicPageRoutes(app: HttpApp, webDir: string): void {
  const hasPages = existsSync(join(webDir, 'landing.en.html'));
  const answer = (page: string) => async (request: FastifyRequest, reply: FastifyReply) => {
    const isApp = !hasPages || (page === 'landing' && hasSessionCookie(request));
    const file = isApp ? 'index.html' : `${page}.${toLocale(request)}.html`;
    return reply.header('vary', 'accept-language, cookie').sendFile(file);
  };
  app.route({ method: 'GET', url: '/', schema: { hide: true }, handler: answer('landing') });
  app.route({ method: 'GET', url: '/why', schema: { hide: true }, handler: answer('why') });
}

/** It need not be a session that still lives: the screens find out and ask to sign in. */
function hasSessionCookie(request: FastifyRequest): boolean {
  return /(?:^|; ?)(?:__Host-)?mailtracker\.session_token=/.test(request.headers.cookie ?? '');
}

/** `?lang=` before what the browser asks for (RFC 9110, 12.5.4; the first known language, weights left aside). */
function toLocale(request: FastifyRequest): 'en' | 'de' {
  const asked = new URL(request.url, 'http://page').searchParams.get('lang');
  const wishes = asked === null ? (request.headers['accept-language'] ?? '') : asked;
  const known = wishes
    .slice(0, WISHES_CHARS_MAX)
    .split(',')
    .map((wish) => wish.trim().slice(0, 2).toLowerCase())
    .find((language) => language === 'en' || language === 'de');
  return known === 'de' ? 'de' : 'en';
}

const WISHES_CHARS_MAX = 200;
