import { lookup as lookUpHost } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AccountError } from './account-error.ts';

// Requests to an organization's OpenID provider. Its address was typed by an admin, so it must never lead inside: only
// https to public addresses, checked on the very address that is connected to, without following redirects. A server
// that itself lives on loopback is a trial: there, and only there, loopback and http are let through.

const ANSWER_BYTES_MAX = 512 * 1024;
const ANSWER_MS_MAX = 10_000;

export interface ProviderRequest {
  readonly url: string;
  readonly isLoopbackAllowed: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form to post; a GET without one. */
  readonly form?: URLSearchParams;
}

/** The JSON of a 200 answer. Throws AccountError sso_provider for anything else, naming what was wrong. */
export async function fetchProvider(wanted: ProviderRequest): Promise<unknown> {
  const url = parseProviderUrl(wanted.url, wanted.isLoopbackAllowed);
  const answer = await send(url, wanted).catch((error: Error) => {
    if (error instanceof AccountError) throw error;
    throw refusal(`${url.host} cannot be reached (${'code' in error ? String(error.code) : error.message})`);
  });
  if (answer.status !== 200) throw refusal(`${url.host} answered ${answer.status}`);
  try {
    return JSON.parse(answer.text);
  } catch {
    throw refusal(`${url.host} answered something other than JSON`);
  }
}

/** Throws AccountError sso_provider unless it is https, or http on loopback where that is allowed. */
export function parseProviderUrl(text: unknown, isLoopbackAllowed: boolean): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '')
    throw refusal('an address of it is none, or holds a password');
  const isPlain = url.protocol === 'http:' && isLoopbackAllowed && isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && !isPlain) throw refusal(`${url.host} must be an https address`);
  return url;
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function refusal(what: string): AccountError {
  return new AccountError(
    'sso_provider',
    `The identity provider does not do: ${what}. An admin checks the single sign-on settings.`,
  );
}

function send(url: URL, wanted: ProviderRequest): Promise<{ status: number; text: string }> {
  const body = wanted.form?.toString();
  const options = {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...wanted.headers,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
    },
    lookup: lookUpPublic(wanted.isLoopbackAllowed),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    // A literal address is never looked up.
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (ipaddr.isValid(literal) && !isAllowed(literal, wanted.isLoopbackAllowed)) return reject(inside(literal));
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) =>
      readAnswer(response).then(resolve, reject),
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<{ status: number; text: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw refusal(`its answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

/** Every address of the name must be allowed: the connection may use any of them. */
function lookUpPublic(isLoopbackAllowed: boolean): LookupFunction {
  return (host, options, done) => {
    lookUpHost(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      const refused = addresses?.find(({ address }) => !isAllowed(address, isLoopbackAllowed));
      if (error || first === undefined) done(error ?? new Error('no address'), '', 0);
      else if (refused) done(inside(host), '', 0);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function isAllowed(address: string, isLoopbackAllowed: boolean): boolean {
  const range = ipaddr.process(address).range();
  return range === 'unicast' || (range === 'loopback' && isLoopbackAllowed);
}

function inside(host: string): AccountError {
  return refusal(`${host} is an address inside of a network`);
}
