import {
  installTestQuerySchema,
  installTestResultSchema,
  installTestSchema,
  silentPixelsSchema,
} from '../contract/install-test.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type InstallTestId, parseUuid } from '../domain/ids.ts';
import { explain } from '../domain/reasons.ts';
import { isCounted } from '../domain/verdict.ts';
import { type InstallTestResult, type InstallTestState, readInstallTest } from '../signatures/read-install-test.ts';
import { readSilentPixels } from '../signatures/read-silent-pixels.ts';
import { INSTALL_TESTS_MAX, startInstallTest } from '../signatures/start-install-test.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound, Problem } from './problem.ts';
import { requireSession } from './require-session.ts';

const tags = ['signatures'];

/** Whether the image survives the way into a mail: tried by the member, and noticed when it stays silent. */
export function installTestRoutes(app: HttpApp, context: HttpContext): void {
  const { databases, clock, tokenKey, pixelUrl } = context;
  app.route({
    method: 'POST',
    url: '/api/signatures/install-test',
    schema: { tags, summary: 'My signature with a one-off test pixel', response: { 201: installTestSchema } },
    handler: async (request, reply) => {
      const { organizationId, memberId } = await requireSession(request);
      const question = { organizationId, memberId, tokenKey, pixelUrl, now: clock.now() };
      const test = await withTenant(databases, organizationId, (trx) => startInstallTest(trx, question));
      if (test === null) throw notFound('The member');
      if (test === 'tracking_off')
        throw new Problem(409, 'Your signature holds no pixel while tracking is off, so there is nothing to test.', {
          code: 'tracking_off',
        });
      if (test === 'too_many')
        throw new Problem(429, `At most ${INSTALL_TESTS_MAX} tests run at once. Each ends by itself.`, {
          code: 'too_many_tests',
        });
      return reply.code(201).send({ ...test, expiresAt: test.expiresAt.toISOString() });
    },
  });
  app.route({
    method: 'GET',
    url: '/api/signatures/install-test/:id',
    schema: {
      tags,
      summary: 'What arrived for the test so far',
      querystring: installTestQuerySchema,
      response: { 200: installTestResultSchema },
    },
    handler: async (request) => {
      const { organizationId, memberId } = await requireSession(request);
      const testId = parseUuid<InstallTestId>(String((request.params as { id?: unknown }).id));
      if (testId === null) throw notFound('The test');
      const sentAt = request.query.sentAt === undefined ? null : Date.parse(request.query.sentAt);
      const question = { organizationId, memberId, testId, sentAt, now: clock.now() };
      const test = await withTenant(databases, organizationId, (trx) => readInstallTest(trx, question));
      if (test === null) throw notFound('The test');
      return toAnswer(test);
    },
  });
  app.route({
    method: 'GET',
    url: '/api/signatures/silent',
    schema: {
      tags,
      summary: 'Pixels that nothing has loaded for three working days',
      response: { 200: silentPixelsSchema },
    },
    handler: async (request) => {
      const { organizationId, memberId, role } = await requireSession(request);
      const question = { organizationId, ofMember: role === 'member' ? memberId : null, now: clock.now() };
      const silent = await withTenant(databases, organizationId, (trx) => readSilentPixels(trx, question));
      const data = silent.map((pixel) => ({ ...pixel, lastSeenAt: pixel.lastSeenAt?.toISOString() ?? null }));
      return { data, next: null };
    },
  });
}

const SENTENCES: Readonly<Record<InstallTestState, string>> = {
  waiting: 'Nothing has loaded the image yet. Send the mail to yourself and open it.',
  seen: 'The image was loaded.',
  working: 'It works: the image was loaded after the mail was sent.',
  rehosted:
    'The image was loaded before the mail was sent and not again: your mail client has copied it to a place of its own. Paste the signature in its settings, not into a mail.',
  nothing_seen:
    'Nothing loaded the image in ten minutes: it was attached, removed, or images are blocked where the mail was read.',
};

function toAnswer({ hits, createdAt, expiresAt, state, id }: InstallTestResult) {
  return {
    id,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    state,
    sentence: SENTENCES[state],
    hits: hits.map(({ clientFamily, at, ...hit }) => ({
      ...hit,
      at: at.toISOString(),
      client: clientFamily,
      sentence: explain(hit.reason),
      isCounted: isCounted(hit.verdict, true),
    })),
  };
}
