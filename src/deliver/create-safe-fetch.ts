import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { Agent, Dispatcher } from 'undici';
import type { OutboundRules } from './outbound-rules.ts';
import { toHost } from './outbound-rules.ts';
import { type ResolveHost, resolveHost } from './resolve-host.ts';
import { ANSWER_BYTES_MAX, type SafeAnswer, type SafeFetch, SendError, type SendFault } from './safe-fetch.ts';

// Requests to where tenants point us. Every address is judged at the moment of connecting, on the very address that is
// connected to, so that a name cannot lead elsewhere afterwards; literal addresses, which are never looked up, before.
// No redirect is followed and no proxy of the environment is heard. What must never happen: a body that fills the
// memory or an answer that never ends, and a message that tells a tenant about addresses inside.

export interface SafeClient {
  readonly fetch: SafeFetch;
  close(): Promise<void>;
}

export interface SafeFetchOptions {
  readonly rules: OutboundRules;
  /** In place of DNS. */
  readonly resolve?: ResolveHost;
}

const CONNECT_MS_MAX = 5_000;
const SOCKETS_PER_ORIGIN_MAX = 64;
const KEEP_ALIVE_MS = 10_000;

/** undici is loaded with the first request: whoever has no destination does not pay for it. */
export function createSafeFetch({ rules, resolve = resolveHost }: SafeFetchOptions): SafeClient {
  let opened: Promise<Agents> | null = null;
  const toAgents = () => {
    opened ??= openAgents(rules, resolve);
    return opened;
  };
  return {
    fetch: async (address, { method, headers, body, timeoutMs }) => {
      const url = parseUrl(address, rules);
      const agents = await toAgents();
      // One clock over the whole exchange: name, connection, headers and a body that may drip.
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await agents[url.protocol === 'https:' ? 'secure' : 'plain'].request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers,
          body: body ?? null,
          signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        return await readAnswer(answer);
      } catch (error) {
        throw toSendError(error);
      }
    },
    close: async () => {
      if (opened === null) return;
      const { plain, secure } = await opened;
      await Promise.all([plain.destroy(), secure.destroy()]);
    },
  };
}

interface Agents {
  readonly plain: Agent;
  readonly secure: Agent;
}

async function openAgents(rules: OutboundRules, resolve: ResolveHost): Promise<Agents> {
  const undici = await import('undici');
  const open = (isSecure: boolean) =>
    new undici.Agent({
      connect: { lookup: lookUpAllowed(rules, resolve, isSecure), timeout: CONNECT_MS_MAX },
      connections: SOCKETS_PER_ORIGIN_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      pipelining: 1,
    });
  return { plain: open(false), secure: open(true) };
}

function parseUrl(text: string, rules: OutboundRules): URL {
  if (rules.refuseUrl(text) !== null) throw new SendError('blocked', BLOCKED);
  const url = new URL(text);
  const host = toHost(url);
  if (isIP(host) !== 0 && !rules.isAllowedAddress(host, { host, isSecure: url.protocol === 'https:' }))
    throw new SendError('blocked', BLOCKED);
  return url;
}

/** Every address of the name must be allowed: the connection may use any of them. */
function lookUpAllowed(rules: OutboundRules, resolve: ResolveHost, isSecure: boolean): LookupFunction {
  return (name, options, done) => {
    const host = name.replace(/\.$/, '');
    resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) return done(new SendError('unreachable', UNKNOWN_NAME), '', 0);
        if (!addresses.every(({ address }) => rules.isAllowedAddress(address, { host, isSecure })))
          return done(new SendError('blocked', BLOCKED), '', 0);
        if (options.all) done(null, [...addresses]);
        else done(null, first.address, first.family);
      },
      () => done(new SendError('unreachable', UNKNOWN_NAME), '', 0),
    );
  };
}

/** What is beyond the limit is not waited for: the connection is closed. */
async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<SafeAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, ANSWER_BYTES_MAX - bytes));
    bytes += chunk.length;
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: statusCode, headers: toHeaders(headers), text };
}

function toHeaders(raw: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of [value ?? []].flat()) {
      try {
        headers.append(name, one);
      } catch {
        // Bytes that no header may hold: the answer counts without it.
      }
    }
  }
  return headers;
}

const BLOCKED = 'The address leads inside of a network, where destinations may not be.';
const UNKNOWN_NAME = 'The name could not be resolved.';
const SENTENCES: Readonly<Record<SendFault, string>> = {
  blocked: BLOCKED,
  timeout: 'No answer in time.',
  unreachable: 'No connection could be made.',
  reset: 'The connection was closed before there was an answer.',
  tls: 'The certificate could not be verified.',
};

function toSendError(error: unknown): SendError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof SendError) return cause;
  const codes = toCodes(error).join(' ');
  const fault = FAULTS.find(({ pattern }) => pattern.test(codes))?.fault ?? 'unreachable';
  return new SendError(fault, SENTENCES[fault]);
}

function toCodes(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(toCodes) : [];
  return [...code, error.name, ...inner, ...toCodes(error.cause)];
}

const FAULTS: readonly { readonly pattern: RegExp; readonly fault: SendFault }[] = [
  { pattern: /TIMEOUT|ETIMEDOUT|TimeoutError|AbortError/, fault: 'timeout' },
  { pattern: /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/, fault: 'tls' },
  { pattern: /ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_|HEADERS_OVERFLOW|RESPONSE/, fault: 'reset' },
];
