import { withTenant } from '../db/with-tenant.ts';
import { type DeliveryPlace, type DeliverySeen, readDeliveries } from '../deliver/read-deliveries.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { findDestination, toDestinationKey } from './find-destination.ts';
import { CSV_PAGE_LINES, type CsvCells, readCsvPages } from './read-csv-pages.ts';
import { requireDestinations } from './require-destinations.ts';

/** The delivery log of one destination as a file: what happened to each, without payloads and answers. */
export function deliveryExportRoutes(app: HttpApp, { databases }: HttpContext): void {
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/destinations/:id/deliveries/export.csv',
    schema: {
      tags: ['deliveries'],
      summary: 'The deliveries of a destination as a file, newest first',
      response: { 200: csvAnswer('One line for each delivery') },
    },
    handler: async (request, reply) => {
      const key = toDestinationKey(await requireDestinations(request), request.params.id);
      await withTenant(databases, key.organizationId, (trx) => findDestination(trx, key));
      return sendCsv(reply, 'deliveries.csv', readLines(databases, key));
    },
  });
}

function readLines(
  databases: HttpContext['databases'],
  key: ReturnType<typeof toDestinationKey>,
): AsyncGenerator<string> {
  const question = { ...key, state: null, limit: CSV_PAGE_LINES };
  const read = (after: DeliveryPlace | null) =>
    withTenant(databases, key.organizationId, (trx) => readDeliveries(trx, { ...question, after }));
  return readCsvPages(HEAD, read, toCells);
}

const HEAD = ['id', 'type', 'level', 'campaign', 'at', 'state', 'reason', 'tries', 'last_status', 'finished_at'];

function toCells(seen: DeliverySeen): CsvCells {
  const { id, type, level, campaignName, at, state, reason, tries, lastStatus, finishedAt } = seen;
  const finished = finishedAt?.toISOString() ?? null;
  return [id, type, level, campaignName, at.toISOString(), state, reason, tries, lastStatus, finished];
}
