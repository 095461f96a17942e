import { GIF, HEAD } from './pixel-answer.ts';

/** The whole answer as node:http writes it, made once a second for its Date. */
export function toPixelBytes(isLast: boolean): Buffer {
  const now = Date.now();
  if (now - madeAt >= 1_000 || now < madeAt) {
    madeAt = now - (now % 1_000);
    const date = `Date: ${new Date(now).toUTCString()}\r\n`;
    keep = Buffer.from(`${LINES}${date}Connection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n${GIF}`, 'latin1');
    last = Buffer.from(`${LINES}${date}Connection: close\r\n\r\n${GIF}`, 'latin1');
  }
  return isLast ? last : keep;
}

let madeAt = Number.NEGATIVE_INFINITY;
let keep = Buffer.alloc(0);
let last = Buffer.alloc(0);

const LINES = `HTTP/1.1 200 OK\r\n${HEAD.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('')}`;
