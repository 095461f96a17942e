import type { IncomingHttpHeaders } from 'node:http';

/** What a hit needs of a request. Values as node:http reads them: latin1, without the blanks around. */
export interface PlainRequest {
  readonly url: string;
  readonly userAgent: string;
  readonly forwardedFor: string | undefined;
  readonly hints: IncomingHttpHeaders;
  /** The client asked for `Connection: close`. */
  readonly isLast: boolean;
}

/**
 * Parses one whole `GET /api/t/… HTTP/1.1` request without a body, the only shape that mail clients and their proxies
 * send. Null for all else, also for the slightest oddity (a second request behind it, a header that may announce a
 * body, a folded or malformed line): then node:http reads the same bytes and decides. So it may refuse too much, and
 * must never read a request where node:http would see another one.
 */
export function parsePlainRequest(text: string): PlainRequest | null {
  if (!text.startsWith(METHOD) || text.length > REQUEST_CHARS_MAX || ODD_CHARS.test(text)) return null;
  const lineEnd = text.indexOf('\r\n');
  const urlEnd = lineEnd - VERSION.length;
  if (urlEnd < METHOD.length || !text.startsWith(VERSION, urlEnd)) return null;
  const url = text.slice(URL_AT, urlEnd);
  if (!isPlainUrl(url)) return null;
  const found: FoundHeaders = { ...NOTHING_FOUND };
  let at = lineEnd + 2;
  for (let lines = 0; lines < HEADERS_MAX; lines += 1) {
    const end = text.indexOf('\n', at) - 1;
    if (end < at || text.indexOf('\r', at) !== end) return null;
    if (end === at)
      return at + 2 === text.length && found.hasHost ? { ...found, url, userAgent: found.userAgent ?? '' } : null;
    const colon = toNameEnd(text, at);
    if (colon === -1 || !take(found, text, { at, colon, end })) return null;
    at = end + 2;
  }
  return null;
}

const METHOD = 'GET /api/t/';
const URL_AT = 'GET '.length;
const VERSION = ' HTTP/1.1';
/** Below the server's own limits, which answer 431. */
const REQUEST_CHARS_MAX = 8_192;
const HEADERS_MAX = 64;
/** Control characters, which node:http refuses. */
const ODD_CHARS = /[^\t\r\n -~\u0080-\u00ff]/;

interface FoundHeaders {
  hasHost: boolean;
  isLast: boolean;
  userAgent: string | undefined;
  forwardedFor: string | undefined;
  hints: IncomingHttpHeaders;
}

const NO_HINTS: IncomingHttpHeaders = Object.freeze({});
const NOTHING_FOUND: FoundHeaders = {
  hasHost: false,
  isLast: false,
  userAgent: undefined,
  forwardedFor: undefined,
  hints: NO_HINTS,
};

/** Visible ASCII and no fragment. */
function isPlainUrl(url: string): boolean {
  for (let at = 0; at < url.length; at += 1) {
    const code = url.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f || code === 0x23) return false;
  }
  return true;
}

/** 1 for the characters of a header's name (RFC 9110, token). */
const NAME_CHARS = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  NAME_CHARS[char.charCodeAt(0)] = 1;
}
const COLON = 58;

/** Where the colon stands behind a sound name that begins at `from`, or -1. */
function toNameEnd(text: string, from: number): number {
  let at = from;
  while (NAME_CHARS[text.charCodeAt(at)] === 1) at += 1;
  return at > from && text.charCodeAt(at) === COLON ? at : -1;
}

interface HeaderLine {
  readonly at: number;
  readonly colon: number;
  readonly end: number;
}

/** False for a header that only node:http may judge. Names of other lengths than these mean nothing here. */
function take(found: FoundHeaders, text: string, line: HeaderLine): boolean {
  if (!LENGTHS.has(line.colon - line.at)) return true;
  const name = text.slice(line.at, line.colon).toLowerCase();
  switch (name) {
    case 'host':
      found.hasHost = true;
      return true;
    case 'user-agent':
      // Of several, node:http reads the first.
      found.userAgent ??= toValue(text, line);
      return true;
    case 'x-forwarded-for': {
      const value = toValue(text, line);
      found.forwardedFor = found.forwardedFor === undefined ? value : `${found.forwardedFor}, ${value}`;
      return true;
    }
    case 'connection':
      return takeConnection(found, toValue(text, line).toLowerCase());
    case 'sec-purpose':
    case 'purpose':
    case 'x-purpose':
    case 'x-moz':
      found.hints = { ...found.hints, [name]: `${found.hints[name] ?? ''} ${toValue(text, line)}` };
      return true;
    default:
      return !FOR_NODE.has(name);
  }
}

function takeConnection(found: FoundHeaders, value: string): boolean {
  if (value === 'close') found.isLast = true;
  return value === 'close' || value === 'keep-alive';
}

/** What may change how the request is to be read, or what must be answered to it. */
const FOR_NODE: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'proxy-connection',
]);
const READ = ['host', 'user-agent', 'x-forwarded-for', 'connection', 'sec-purpose', 'purpose', 'x-purpose', 'x-moz'];
const LENGTHS: ReadonlySet<number> = new Set([...READ, ...FOR_NODE].map((name) => name.length));

function toValue(text: string, { colon, end }: HeaderLine): string {
  let from = colon + 1;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
