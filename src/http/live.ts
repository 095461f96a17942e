import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { liveQuerySchema } from '../contract/live.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { type Cursor, parseCursor } from '../live/cursor.ts';
import type { LiveSink } from '../live/live-stream.ts';
import { type Live, type LiveRefusal, type LiveTicket, startLive } from '../live/start-live.ts';
import type { HttpApp, HttpContext, HttpReply, HttpRequest } from './context.ts';
import { readAudiences, toKeyHolder, toSessionHolder } from './live-audiences.ts';
import { readLiveMessages } from './live-messages.ts';
import { Problem, signedOut } from './problem.ts';
import { requireAccess } from './require-access.ts';
import { readBearer } from './require-key.ts';
import { requireSession } from './require-session.ts';

/** Opens and signals as they happen: server-sent events, resumed behind the id of the last one received. */
export function liveRoutes(app: HttpApp, context: HttpContext): void {
  const live = createLazyLive(context);
  app.addHook('preClose', () => live.stop());
  app.get(
    '/api/live',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['signals'],
        summary: 'Opens and signals as they happen',
        description: ABOUT,
        querystring: liveQuerySchema,
        response: { 200: STREAM },
      },
    },
    async (request, reply) => {
      const ticket = await readTicket(context, request);
      const refusal = live.get().refusal(ticket.personKey);
      if (refusal !== null) throw toProblem(refusal);
      const cursor = toCursor(request.headers['last-event-id'] ?? request.query.after);
      const answer = startAnswer(reply);
      const stream = live.get().open(toSink(answer), ticket, cursor);
      answer.on('close', () => stream.end('left'));
      answer.on('error', () => stream.end('left'));
      return reply;
    },
  );
}

const ABOUT = `Server-sent events, each with an id and JSON data: \`hello\` (load the lists now; what comes after follows), \`reset\` (the id you came with is too old: load them anew), \`beat\` (a sign of life every 15 s), \`open\` (as in /api/tracking/opens, with its userId), \`signal\` (as in /api/signals), \`withdrawn\` ({kind, id} of what no longer holds). The same id again means that it has changed. A member hears of their own opens and signals, an admin of all signals, an API key with read:events of everything. After a cut send the last id as Last-Event-ID, or as \`after\`: nothing is missing and nothing comes twice, for 6 hours.`;

const STREAM = { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } };

/** The listening connection is made when the first screen opens: a server that nobody watches has none. */
function createLazyLive(context: HttpContext): { get(): Live; stop(): Promise<void> } {
  const { databases, log, metrics } = context;
  let live: Live | null = null;
  return {
    get: () => {
      live ??= startLive({
        databases,
        log,
        metrics,
        readMessages: (asks) => readLiveMessages(databases, asks),
        readAudiences: (holders) => readAudiences(databases, holders),
      });
      return live;
    },
    stop: async () => live?.stop(),
  };
}

/** Throws the 401 or 403 problem. */
async function readTicket({ databases }: HttpContext, request: HttpRequest): Promise<LiveTicket> {
  const { personKey, holder } = await readHolder(request);
  const audience = (await readAudiences(databases, new Set([holder]))).get(holder);
  if (audience === undefined) throw signedOut();
  return { audience, personKey, holder };
}

async function readHolder(request: HttpRequest): Promise<Pick<LiveTicket, 'personKey' | 'holder'>> {
  if (readBearer(request) !== null) {
    const { keyId } = await requireAccess(request, 'read:events');
    if (keyId !== null) return { personKey: keyId, holder: toKeyHolder(keyId) };
  }
  const session = await requireSession(request);
  return { personKey: session.personId, holder: toSessionHolder(session.sessionId) };
}

function toCursor(text: string | string[] | undefined): Cursor | null {
  if (text === undefined || text === '') return null;
  return parseCursor(String(text)) ?? FOREIGN;
}

/** Of no log: answered with a reset. */
const FOREIGN: Cursor = { organizationId: '' as OrganizationId, id: 0 };

const REFUSALS: Readonly<Record<LiveRefusal, () => Problem>> = {
  too_many_of_person: () =>
    new Problem(
      429,
      'Too many live connections of yours are open. Close some windows; tabs of one browser share one.',
      {
        code: 'too_many_streams',
        retryAfterSeconds: 30,
      },
    ),
  too_many: () =>
    new Problem(503, 'This server has no room for more live connections. Ask for the lists instead and come back.', {
      code: 'too_many_streams',
      retryAfterSeconds: 30,
    }),
  closing: () => new Problem(503, 'The server is about to restart.', { code: 'closing', retryAfterSeconds: 2 }),
};

function toProblem(refusal: LiveRefusal): Problem {
  return REFUSALS[refusal]();
}

/** No proxy may hold back, keep or compress what is said. */
function startAnswer(reply: HttpReply): ServerResponse {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  return raw;
}

function toSink(answer: ServerResponse): LiveSink {
  return {
    write: (text) => void answer.write(text),
    bufferedBytes: () => answer.writableLength,
    end: (text) => void answer.end(text),
    cut: () => void answer.destroy(),
  };
}
