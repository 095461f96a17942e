import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAuth } from '../../src/accounts/create-auth.ts';
import type { Mailer } from '../../src/accounts/create-mailer.ts';
import type { Databases } from '../../src/db/open-databases.ts';
import { createDeliveryContext } from '../../src/deliver/delivery-context.ts';
import { type Plan, UNLIMITED_PLAN } from '../../src/domain/plan.ts';
import type { HttpApp, HttpContext } from '../../src/http/context.ts';
import { createHttp, type HttpOptions } from '../../src/http/create-http.ts';
import { readPixelSpeed } from '../../src/http/read-pixel-speed.ts';
import { systemClock } from '../../src/kit/clock.ts';
import type { Log } from '../../src/kit/log.ts';
import { createMetrics } from '../../src/kit/metrics.ts';
import { TEST_TOKEN_KEY } from './seed.ts';

export interface StartedHttp {
  readonly app: HttpApp;
  readonly context: HttpContext;
  readonly url: string;
  /** Every log line so far, levels and fields included. */
  readonly logLines: readonly string[];
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
}

export interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The session cookie as a client would send it back; null when the answer sets none. */
  readonly cookie: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** The web server on a port of its own, with a collector that answers "pixel". */
export async function startHttp(
  databases: Databases,
  options: { publicUrl?: string; secret?: string; mailer?: Mailer; plan?: Plan; tokenKey?: Buffer } & Pick<
    HttpContext,
    'visitorKeys'
  > &
    Partial<Omit<HttpOptions, 'context'>> = {},
): Promise<StartedHttp> {
  const { publicUrl = 'http://localhost:3000', secret = 'a secret of the tests that signs cookies', ...more } = options;
  const { mailer = null, plan = UNLIMITED_PLAN, tokenKey = TEST_TOKEN_KEY, visitorKeys } = options;
  const logLines: string[] = [];
  const keep = (level: string) => (fields: object, event: string) =>
    void logLines.push(JSON.stringify({ level, event, ...fields }));
  const log: Log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  const metrics = createMetrics();
  const context: HttpContext = {
    databases,
    auth: createAuth({ databases, publicUrl, secret, log }),
    clock: systemClock,
    log,
    metrics,
    readPixelSpeed: () => readPixelSpeed(metrics),
    publicUrl,
    pixelUrl: publicUrl,
    tokenKey,
    mailer,
    plan,
    visitorKeys,
    delivery: createDeliveryContext({
      databases,
      clock: systemClock,
      log,
      secretKey: TEST_TOKEN_KEY,
      publicUrl,
      outboundAllow: [],
    }),
  };
  const collect = (_request: IncomingMessage, response: ServerResponse) => void response.end('pixel');
  const app = await createHttp({ context, collect, webDir: null, drainMs: 0, ...more });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, context, url, logLines, send: (method, path, what) => send(url + path, method, what) };
}

async function send(url: string, method: string, { body, headers = {} }: SendOptions = {}): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? null : JSON.stringify(body),
    redirect: 'manual',
  });
  const text = await answer.text();
  const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
  const cookie = answer.headers.getSetCookie().find((value) => /session_token=[^;]/.test(value));
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    cookie: cookie?.split(';')[0] ?? null,
    body: isJson ? JSON.parse(text) : null,
  };
}
