import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What arrived, in order. */
export interface Received {
  readonly id: string;
  readonly at: number;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers everything from now on; 200 "ok" at first. */
  answer(how: (response: ServerResponse, received: Received) => void): void;
  /** Throws unless the official library accepts it. */
  verify(received: Received, secret: string): unknown;
  close(): Promise<void>;
}

/** A webhook receiver on loopback. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let how: (response: ServerResponse, one: Received) => void = (response) => void response.end('ok');
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const one = {
      id: String(request.headers['webhook-id'] ?? ''),
      at: Date.now(),
      path: request.url ?? '',
      headers: request.headers,
      text,
      body: text.startsWith('{') ? JSON.parse(text) : null,
    };
    received.push(one);
    how(response, one);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next) => {
      how = next;
    },
    verify: (one, secret) => new Webhook(secret).verify(one.text, one.headers as Record<string, string>),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
