import { type Signal, signalQuerySchema } from '../contract/signal.ts';
import { withTenant } from '../db/with-tenant.ts';
import { readSignals } from '../signals/read-signals.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { type CsvCells, readCsvPages } from './read-csv-pages.ts';
import { requireAccess } from './require-access.ts';
import { toSignalsQuestion } from './signals.ts';
import { toSignalAnswer } from './to-signal-answer.ts';

/** Fewer than of other lists: the opens since are counted for each. */
const PAGE_LINES = 200;

/** The list of signals as a file. */
export function signalExportRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signals/export.csv',
    schema: {
      tags: ['signals'],
      summary: "Signals as a file, newest first: a member's own, for an admin the organization's",
      querystring: signalQuerySchema.omit({ limit: true, cursor: true }),
      response: { 200: csvAnswer('One line for each signal that the retention keeps') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:events');
      const question = toSignalsQuestion(access, request.query, context.clock.now());
      const read = async (after: string | null) => {
        const page = await withTenant(context.databases, access.organizationId, (trx) =>
          readSignals(trx, { ...question, limit: PAGE_LINES, after }),
        );
        return { data: page.data.map(toSignalAnswer), next: page.next };
      };
      return sendCsv(reply, 'signals.csv', readCsvPages(HEAD, read, toCells));
    },
  });
}

const HEAD = [
  ...['id', 'raised_at', 'level', 'rule', 'confidence', 'title', 'campaign_id', 'user_id', 'user', 'sentence'],
  ...['device', 'more_opens', 'fades_at', 'outcome', 'silenced_for'],
];

function toCells(signal: Signal): CsvCells {
  const { id, raisedAt, level, rule, confidence, title, campaignId, userId, userName, sentence } = signal;
  const { device, moreOpens, fadesAt, outcome, silencedFor } = signal;
  const what = [id, raisedAt, level, rule, confidence, title, campaignId, userId, userName, sentence];
  return [...what, device, moreOpens, fadesAt, outcome, silencedFor];
}
