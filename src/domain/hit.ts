import type { NetworkClass } from './network-class.ts';

/**
 * A raw pixel request as it travels through the spool. The client address is not here and cannot be recovered from
 * what is: only its keyed hashes under random day keys that are destroyed within 48 h (product.md section 5).
 */
export interface Hit {
  readonly kind: 'hit';
  /** Milliseconds since the epoch, by the collector's clock. All times of the product derive from it. */
  readonly hitAt: number;
  readonly trackingType: TrackingType;
  /** SHA-256 of the 24-character token, 32 bytes. */
  readonly tokenHash: Uint8Array;
  readonly address: AddressHashes;
  /** As sent, cut at USER_AGENT_CHARS_MAX; empty when the header was missing. Never stored beyond the spool. */
  readonly userAgent: string;
  readonly networkClass: NetworkClass;
  /** Two letters (ISO 3166-1), never anything finer; null when unknown. Kept only where an organization asks for it. */
  readonly country: string | null;
  readonly hints: HitHints;
}

/** Hits over a limit, aggregated by the collector: counted for the admin, never an event (product.md section 3). */
export interface ThrottledHits {
  readonly kind: 'throttled';
  /** Milliseconds since the epoch of the first hit in this count. */
  readonly hitAt: number;
  readonly trackingType: TrackingType;
  readonly tokenHash: Uint8Array;
  readonly limit: ThrottleLimit;
  readonly hits: number;
}

export type SpoolRecord = Hit | ThrottledHits;

/** What one group commit wrote. Its id makes the effects exactly-once: it enters `processed_blocks` with them. */
export interface SpoolBlock {
  /** 32 lower-case hex digits, unique for ever: the segment's random 12 bytes and the block's number in it. */
  readonly id: string;
  readonly records: readonly SpoolRecord[];
  /** Records of the block whose bytes could not be understood (their checksum held): dead letters. */
  readonly malformed: number;
  /** When it was written, ms since the epoch, where the spool tells: how long its hits have waited. */
  readonly writtenAt?: number;
}

export type TrackingType = 'user' | 'campaign';
export type ThrottleLimit = 'pixel' | 'client_ip';

/** HMAC-SHA-256 of the address (IPv6: its /64) under the key of the hit's UTC day and of the day before, 16 bytes each. */
export interface AddressHashes {
  /** Days since the epoch (UTC) of `today`. */
  readonly day: number;
  /** Null when the collector had no key: the hit is recorded without a visitor. */
  readonly today: Uint8Array | null;
  readonly yesterday: Uint8Array | null;
  /** The request came from a loopback address: such a device never enrols as somebody's own. */
  readonly isLoopback: boolean;
}

/** What the request's headers told about a machine behind it. */
export interface HitHints {
  /** Sec-Purpose, Purpose, X-Purpose or X-Moz named a prefetch, prerender or preview. */
  readonly isPrefetch: boolean;
}

export const USER_AGENT_CHARS_MAX = 512;
export const TOKEN_HASH_BYTES = 32;
export const ADDRESS_HASH_BYTES = 16;
export const DAY_MS = 86_400_000;
