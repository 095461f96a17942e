import { hash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { DAY_MS, TOKEN_HASH_BYTES, type TrackingType, USER_AGENT_CHARS_MAX } from '../domain/hit.ts';
import type { NetworkClass } from '../domain/network-class.ts';
import type { PixelToken } from '../domain/pixel-token.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import type { Clock } from '../kit/clock.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { Spool, SpoolWriter } from '../spool/spool.ts';
import { AddressBook } from './address-book.ts';
import { type Answerable, AnswerQueue } from './answer-queue.ts';
import { createToClientAddress, type ToClientAddress } from './client-address.ts';
import { type CollectMetrics, createCollectMetrics } from './collect-metrics.ts';
import { parsePixelPath } from './parse-pixel-path.ts';
import type { PlainRequest } from './parse-plain-request.ts';
import { answerHealth, answerMethodNotAllowed, answerNotFound, answerPixel } from './pixel-answer.ts';
import type { PixelLane } from './pixel-lane.ts';
import { createPixelLanes, type PixelLanes } from './pixel-lanes.ts';
import { type CollectLimits, Throttle } from './throttle.ts';
import { ThrottledCounts } from './throttled-counts.ts';
import { toHitHints } from './to-hit-hints.ts';
import type { WindowCounts } from './window-counts.ts';

// A pixel request enters, a hit goes to the spool, and the same 43-byte GIF leaves once the hit is as safe as
// SPOOL_SYNC promises. What must never happen: an answer that tells a token's state, an error for a mail client
// (whatever is broken behind), and an address in anything that leaves this folder: it is hashed here, under keys that
// are destroyed within 48 hours.

export interface CollectorOptions {
  readonly spool: SpoolWriter & Pick<Spool, 'figures'>;
  readonly clock: Clock;
  readonly limits: CollectLimits;
  /** 32 secret bytes where several collectors count their limits as one. */
  readonly limitsKey?: Buffer | null;
  /** A number of hops, or addresses and CIDRs, whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[] | number;
  readonly metrics: Metrics;
  /** Of a UTC day since the epoch. Asked for every hit, so it must answer from memory. */
  readonly visitorKeys: (day: number) => VisitorKeySnapshot;
  readonly toNetworkClass: (address: string) => NetworkClass;
  /** Two letters, or null; asked for every hit. Absent: no organization wants to know. */
  readonly toCountry?: (address: string) => string | null;
}

export interface Collector {
  /** Answers every request whose path begins with /api/t/. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Where a server's connections may begin, see PixelLane: faster, and nothing else is different. */
  readonly lanes: PixelLanes;
  /** What shareLimits exchanges with the other collectors. */
  readonly limitCounts: ReadonlyMap<string, WindowCounts>;
  /** From now on answers end their connections; resolves when all that came before are answered. */
  close(): Promise<void>;
}

export function createCollector(options: CollectorOptions): Collector {
  const parts = toParts(options);
  return {
    handle: (request, response) => handle(parts, request, response),
    lanes: createPixelLanes({ record: (request, lane) => recordPlain(parts, request, lane) }),
    limitCounts: parts.throttle.counts,
    close() {
      parts.throttledCounts.flush();
      return parts.answers.close();
    },
  };
}

interface Parts extends CollectorOptions {
  readonly figures: CollectMetrics;
  readonly answers: AnswerQueue;
  readonly addresses: AddressBook;
  readonly throttle: Throttle;
  readonly throttledCounts: ThrottledCounts;
  readonly toClientAddress: ToClientAddress;
}

function toParts(options: CollectorOptions): Parts {
  const figures = createCollectMetrics(options.metrics, options.spool);
  const answers = new AnswerQueue(figures);
  options.spool.onSettled((position, isLost) => answers.settle(position, isLost));
  return {
    ...options,
    figures,
    answers,
    addresses: new AddressBook(options),
    throttle: new Throttle(options.limits, options.limitsKey),
    throttledCounts: new ThrottledCounts((record) => {
      options.spool.append(record);
    }),
    toClientAddress: createToClientAddress(options.trustProxy),
  };
}

function handle(parts: Parts, request: IncomingMessage, response: ServerResponse): void {
  const path = parsePixelPath(request.url ?? '');
  const { method } = request;
  if (path.kind === 'none') answerNotFound(response);
  else if (method !== 'GET' && method !== 'HEAD') answerMethodNotAllowed(response);
  else if (path.kind === 'health') answerHealth(response, parts.answers.isClosing);
  else if (method === 'HEAD') {
    parts.figures.counts.head += 1;
    answerPixel(response, parts.answers.isClosing);
  } else if (path.token === null) {
    parts.figures.counts.malformed_token += 1;
    parts.answers.addUnrecorded(response);
  } else {
    const { headers, socket } = request;
    record(parts, {
      answer: response,
      trackingType: path.trackingType,
      token: path.token,
      socketAddress: socket.remoteAddress ?? '',
      forwardedFor: toText(headers['x-forwarded-for']),
      userAgent: headers['user-agent'] ?? '',
      hints: headers,
    });
  }
}

/** False, and nothing done, when it is no pixel's address. */
function recordPlain(parts: Parts, request: PlainRequest, lane: PixelLane): boolean {
  const path = parsePixelPath(request.url);
  if (path.kind !== 'pixel') return false;
  const { trackingType, token } = path;
  const { forwardedFor, userAgent, hints } = request;
  lane.begin(request.isLast);
  if (token === null) {
    parts.figures.counts.malformed_token += 1;
    parts.answers.addUnrecorded(lane);
  } else
    record(parts, { answer: lane, trackingType, token, socketAddress: lane.address, forwardedFor, userAgent, hints });
  return true;
}

interface PixelRequest {
  readonly answer: Answerable;
  readonly trackingType: TrackingType;
  readonly token: PixelToken;
  readonly socketAddress: string;
  readonly forwardedFor: string | undefined;
  readonly userAgent: string;
  readonly hints: IncomingHttpHeaders;
}

/** Of the hit that is being recorded. */
const tokenHash = Buffer.alloc(TOKEN_HASH_BYTES);

function record(parts: Parts, request: PixelRequest): void {
  const { answer, trackingType, token } = request;
  const { counts } = parts.figures;
  const now = parts.clock.now();
  const address = parts.toClientAddress(request.socketAddress, request.forwardedFor);
  const client = parts.addresses.toClient(address, Math.floor(now / DAY_MS), now);
  // As text it takes a third of the time, and no buffer for the garbage collector.
  tokenHash.write(hash('sha256', token, 'binary'), 'binary');
  const userAgent = request.userAgent.slice(0, USER_AGENT_CHARS_MAX);
  const limit = parts.throttle.decide({ trackingType, tokenHash, client, userAgent, now });
  if (limit !== null) {
    counts[limit === 'pixel' ? 'throttled_pixel' : 'throttled_client_ip'] += 1;
    if (!parts.throttledCounts.add({ trackingType, token, tokenHash, limit, now })) parts.figures.uncounted += 1;
    // The server may end right after its last answers.
    if (parts.answers.isClosing) parts.throttledCounts.flush();
    parts.answers.addUnrecorded(answer);
    return;
  }
  const position = parts.spool.append({
    kind: 'hit',
    hitAt: now,
    trackingType,
    tokenHash,
    address: client.hashes,
    userAgent,
    networkClass: client.networkClass,
    country: parts.toCountry?.(address) ?? null,
    hints: toHitHints(request.hints),
  });
  if (position === null) {
    counts.spool_refused += 1;
    parts.answers.addUnrecorded(answer);
  } else parts.answers.add(answer, position);
}

function toText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
