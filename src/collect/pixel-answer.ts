import type { ServerResponse } from 'node:http';

/** The 43-byte transparent GIF as a latin1 string: node then sends head and body in one write (12.9 µs an answer). */
export const GIF = Buffer.from('R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64').toString(
  'latin1',
);

/**
 * One fixed head for every pixel, so that no answer tells a token's state. No cache may keep it, since each load is a
 * sign of reading; `cross-origin` because webmail embeds it; no ETag, no cookie, no compression.
 */
export const HEAD: string[] = [
  'Content-Type',
  'image/gif',
  'Content-Length',
  String(GIF.length),
  'Cache-Control',
  'no-store, no-cache, must-revalidate, max-age=0, private',
  'Pragma',
  'no-cache',
  'Expires',
  '0',
  'Cross-Origin-Resource-Policy',
  'cross-origin',
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
];
const LAST_HEAD = [...HEAD, 'Connection', 'close'];

/** Node leaves the body out for a HEAD by itself. `isLast`: the connection ends with it, since the server is closing. */
export function answerPixel(response: ServerResponse, isLast: boolean): void {
  response.writeHead(200, isLast ? LAST_HEAD : HEAD);
  response.end(GIF, 'latin1');
}

export function answerHealth(response: ServerResponse, isLast: boolean): void {
  const head = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(HEALTH.length),
    'Cache-Control',
    'no-store',
  ];
  response.writeHead(200, isLast ? [...head, 'Connection', 'close'] : head);
  response.end(HEALTH);
}

const HEALTH = '{"status":"ok"}';

export function answerNotFound(response: ServerResponse): void {
  response.writeHead(404, ['Content-Length', '0', 'Connection', 'close']);
  response.end();
}

/** A body may follow such a request, so the connection ends with the answer. */
export function answerMethodNotAllowed(response: ServerResponse): void {
  response.writeHead(405, ['Allow', 'GET, HEAD', 'Content-Length', '0', 'Connection', 'close']);
  response.end();
}
