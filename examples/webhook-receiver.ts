// Receives MailTracker's webhooks: verifies each, passes over what came before, prints what it is told. No packages.
//
//   MAILTRACKER_SECRET=whsec_… PORT=4000 npx tsx examples/webhook-receiver.ts
//
// Then add a destination of type webhook with the address http://localhost:4000/mailtracker.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const secret = process.env.MAILTRACKER_SECRET ?? '';
const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
const BODY_BYTES_MAX = 65_536;
const CLOCK_SECONDS_MAX = 300;
/** MailTracker tries again what it is not sure of: the same id, the same content. Keep these in your database. */
const SEEN_MAX = 10_000;
const seen = new Set<string>();

const server = createServer(async (request, response) => {
  const answer = (status: number) => response.writeHead(status).end();
  if (request.method !== 'POST' || request.url !== '/mailtracker') return answer(404);
  const body = await readBody(request);
  if (body === null) return answer(413);
  if (!isFromMailTracker(request, body)) return answer(401);
  const id = String(request.headers['webhook-id']);
  if (!seen.has(id)) {
    remember(id);
    act(JSON.parse(body.toString()));
  }
  // Answer within 15 seconds: put long work into a queue of your own.
  return answer(204);
});

server.listen(Number(process.env.PORT ?? 4000), '127.0.0.1', () => {
  console.log(`Listening at http://localhost:${(server.address() as AddressInfo).port}/mailtracker`);
});

/** Here goes what you want done. */
function act({ type, data }: { type: string; data: Record<string, unknown> }): void {
  if (type === 'signal_raised') console.log(`Call now: ${data.title} (${data.level}). ${data.sentence}`);
  else if (type === 'event_created') console.log(`Opened at ${data.at} by ${data.verdict}, ${data.device}`);
  else console.log(`Received: ${type}`);
}

/** The signature covers id, time and the bytes as they came, before any parser has touched them. */
function isFromMailTracker({ headers }: IncomingMessage, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': given } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') return false;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= CLOCK_SECONDS_MAX)) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // Two of them for 24 hours after the secret was rotated.
  return given.split(' ').some((one) => {
    const signature = Buffer.from(one.replace('v1,', ''), 'base64');
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}

/** Null when it is larger than any of ours. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function remember(id: string): void {
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > SEEN_MAX && oldest !== undefined) seen.delete(oldest);
}
