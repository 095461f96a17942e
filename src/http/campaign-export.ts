import type { Campaign, CampaignList } from '../contract/campaign.ts';
import type { CampaignId } from '../domain/ids.ts';
import { listWithFigures } from './campaigns.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { csvAnswer, sendCsv } from './csv-answer.ts';
import { CSV_PAGE_LINES, type CsvCells, readCsvPages } from './read-csv-pages.ts';
import { requireAccess } from './require-access.ts';

/** The list of campaigns as a file, with the figures of those that the asker may see figures of. */
export function campaignExportRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/campaigns/export.csv',
    schema: {
      tags: ['campaigns'],
      summary: 'Campaigns as a file, newest first',
      response: { 200: csvAnswer('One line for each campaign; opens are of its whole life') },
    },
    handler: async (request, reply) => {
      const access = await requireAccess(request, 'read:stats');
      const ofMember = access.role === 'member' ? access.memberId : null;
      const question = { organizationId: access.organizationId, ofMember, limit: CSV_PAGE_LINES };
      const read = (after: CampaignId | null) => listWithFigures(context, access, { ...question, after });
      return sendCsv(reply, 'campaigns.csv', readCsvPages(HEAD, read, toCells));
    },
  });
}

const HEAD = [
  ...['id', 'name', 'description', 'status', 'kind', 'variants', 'owner_id', 'starts_at', 'ends_at', 'created_at'],
  ...['opens', 'unique', 'last_open_day'],
];

function toCells(campaign: CampaignList['data'][number]): CsvCells {
  const { id, name, description, status, variants, ownerId, startsAt, endsAt, createdAt, figures } = campaign;
  const labels = variants.map(({ label }) => label).join(' | ');
  const what = [id, name, description, status, toKind(campaign), labels, ownerId, startsAt, endsAt, createdAt];
  return [...what, figures?.opens ?? null, figures?.unique ?? null, figures?.lastOpenDay ?? null];
}

/** Whose signatures it stands in. */
function toKind({ deal, audience }: Campaign): 'deal' | 'everyone' | 'departments' | 'members' {
  if (deal !== null) return 'deal';
  if ('everyone' in audience) return 'everyone';
  return 'departmentIds' in audience ? 'departments' : 'members';
}
