import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** How a CSV file stands in the OpenAPI document. */
export function csvAnswer(description: string) {
  return { description, content: { 'text/csv': { schema: z.string() } } };
}

/** Streams the lines as a file to save; a slow reader slows their making. */
export function sendCsv(reply: Pick<FastifyReply, 'type'>, fileName: string, lines: AsyncIterable<string>) {
  return sendFile(reply, { type: 'text/csv; charset=utf-8', fileName }, lines);
}

export function sendFile(
  reply: Pick<FastifyReply, 'type'>,
  file: { readonly type: string; readonly fileName: string },
  parts: AsyncIterable<string>,
) {
  return reply
    .type(file.type)
    .header('content-disposition', `attachment; filename="${file.fileName}"`)
    .send(Readable.from(parts));
}
