import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { type ImportProgress, type ImportReport, importMembers } from '../accounts/import-members.ts';
import { FileError } from '../accounts/parse-member-rows.ts';
import { memberImportQuerySchema, memberImportReportSchema } from '../contract/member-import.ts';
import { toProblem } from './answer-problems.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { Problem } from './problem.ts';
import { requireAdmin, toActor } from './require-admin.ts';

/** 100,000 rows of ordinary people are some 10 MB. */
export const IMPORT_BYTES_MAX = 16_777_216;
/** One import is a row's work 500 at a time under the organization's lock: more at once would only wait. */
const IMPORTS_RUNNING_MAX = 2;

/**
 * Many members from one file. With `Accept: application/x-ndjson` the answer is a line after each batch, {"progress"},
 * and at the end {"report"} or {"problem"}.
 */
export function memberImportRoutes(app: HttpApp, context: HttpContext): void {
  let running = 0;
  app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
  app.route({
    method: 'POST',
    url: '/api/members/import',
    schema: {
      tags: ['people'],
      summary: 'Add members from a CSV file: name, email, department, title, phone, role',
      consumes: ['text/csv'],
      querystring: memberImportQuerySchema,
      response: { 200: memberImportReportSchema },
    },
    bodyLimit: IMPORT_BYTES_MAX,
    handler: async (request, reply) => {
      const session = await requireAdmin(request);
      if (!(request.body instanceof Readable)) throw new Problem(415, 'Send the file as text/csv.');
      if (running >= IMPORTS_RUNNING_MAX)
        throw new Problem(503, 'Other files are being imported. Try again shortly.', { retryAfterSeconds: 10 });
      const order = {
        organizationId: session.organizationId,
        actor: toActor(session),
        actorRole: session.role,
        isDryRun: request.query.dryRun,
        file: readText(request.body),
      };
      running += 1;
      const work = (onProgress: (progress: ImportProgress) => void) =>
        importMembers(context, { ...order, onProgress })
          .catch(refuse)
          .finally(() => {
            running -= 1;
          });
      if (!request.headers.accept?.includes('application/x-ndjson')) return toAnswer(await work(() => undefined));
      return reply.type('application/x-ndjson; charset=utf-8').send(toLines(work) as never);
    },
  });
}

async function* readText(body: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > IMPORT_BYTES_MAX) throw new FileError(`The file is larger than ${IMPORT_BYTES_MAX} bytes. Split it.`);
    yield decode(decoder, piece, true);
  }
  yield decode(decoder, Buffer.alloc(0), false);
}

function decode(decoder: TextDecoder, piece: Buffer, isMore: boolean): string {
  try {
    return decoder.decode(piece, { stream: isMore });
  } catch {
    throw new FileError('The file is not UTF-8. Save it as "CSV UTF-8" and try again.');
  }
}

function refuse(error: unknown): never {
  if (error instanceof FileError) throw new Problem(400, error.message, { code: 'invalid_file' });
  throw error;
}

function toLines(work: (onProgress: (progress: ImportProgress) => void) => Promise<ImportReport>): Readable {
  const lines = new Readable({ read: () => undefined, objectMode: false });
  const tell = (line: object) => void lines.push(`${JSON.stringify(line)}\n`);
  void work((progress) => tell({ progress }))
    .then(
      (report) => tell({ report: toAnswer(report) }),
      (error: unknown) => tell({ problem: toProblem(error).toDocument() }),
    )
    .then(() => lines.push(null));
  return lines;
}

function toAnswer(report: ImportReport) {
  return { ...report, errors: [...report.errors], ignoredColumns: [...report.ignoredColumns] };
}
