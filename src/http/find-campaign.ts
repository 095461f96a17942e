import type { Transaction } from 'kysely';
import { CampaignError } from '../campaigns/campaign-error.ts';
import { type Campaign, type CampaignSeen, readCampaign } from '../campaigns/read-campaigns.ts';
import type { Campaign as CampaignAnswer } from '../contract/campaign.ts';
import type { Schema } from '../db/schema.ts';
import type { Audience } from '../domain/audience.ts';
import { toPossibleActions } from '../domain/campaign-status.ts';
import { type CampaignId, parseUuid } from '../domain/ids.ts';
import { notFound, Problem } from './problem.ts';
import type { Access } from './require-access.ts';

/** An id of another organization, and one that is no id at all, is not found. */
export async function findCampaign(trx: Transaction<Schema>, access: Access, id: string): Promise<CampaignSeen> {
  const { organizationId, memberId } = access;
  const campaignId = parseUuid<CampaignId>(id);
  const campaign = campaignId === null ? null : await readCampaign(trx, { organizationId, campaignId, memberId });
  if (campaign === null) throw notFound('The campaign');
  return campaign;
}

export function mayRun(access: Access, campaign: Campaign): boolean {
  return access.role !== 'member' || campaign.ownerId === access.memberId;
}

export function isOnlyMine(audience: Audience, access: Access): boolean {
  return 'userIds' in audience && audience.userIds.every((userId) => userId === access.memberId);
}

export function refuse(error: unknown): never {
  if (!(error instanceof CampaignError)) throw error;
  if (error.code === 'status_conflict') throw new Problem(409, error.message, { code: error.code });
  const field = error.field ?? 'body';
  throw new Problem(400, `${field}: ${error.message}`, {
    code: 'invalid_input',
    errors: [{ field, detail: error.message }],
  });
}

export function toAnswer(campaign: Campaign): CampaignAnswer {
  const { audience, variants, deal, startsAt, endsAt, createdAt } = campaign;
  return {
    ...campaign,
    actions: [...toPossibleActions(campaign.status)],
    audience: audience as CampaignAnswer['audience'],
    deal,
    variants: [...variants],
    startsAt: startsAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
