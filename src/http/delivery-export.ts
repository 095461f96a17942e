import { withTenant } from '../db/with-tenant.ts';
import { type DeliveryPlace, type DeliverySeen, readDeliveries } from '../deliver/read-deliveries.ts';
import { toCsvLine } from '../kit/to-csv-line.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { findDestination, toDestinationKey } from './find-destination.ts';
import { requireDestinations } from './require-destinations.ts';

const PAGE_LINES = 1_000;

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

/** A page at a time, each in a transaction of its own: a slow reader holds no connection. */
async function* readLines(
  databases: HttpContext['databases'],
  key: ReturnType<typeof toDestinationKey>,
): AsyncGenerator<string> {
  yield toCsvLine(['id', 'type', 'level', 'campaign', 'at', 'state', 'reason', 'tries', 'last_status', 'finished_at']);
  let after: DeliveryPlace | null = null;
  do {
    const question = { ...key, state: null, limit: PAGE_LINES, after };
    const page: Awaited<ReturnType<typeof readDeliveries>> = await withTenant(databases, key.organizationId, (trx) =>
      readDeliveries(trx, question),
    );
    if (page.data.length > 0) yield page.data.map(toLine).join('');
    after = page.next;
  } while (after !== null);
}

function toLine(seen: DeliverySeen): string {
  const { id, type, level, campaignName, at, state, reason, tries, lastStatus, finishedAt } = seen;
  const finished = finishedAt?.toISOString() ?? null;
  return toCsvLine([id, type, level, campaignName, at.toISOString(), state, reason, tries, lastStatus, finished]);
}
