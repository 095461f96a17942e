import type { Campaign, CampaignPixels, CreateCampaign } from '../../../src/contract/campaign.ts';
import { request } from '../../api.ts';

export interface CampaignPage {
  readonly data: readonly Campaign[];
  readonly next: string | null;
}

export type CampaignAction = Campaign['actions'][number];

export const campaignsApi = {
  /** Newest first; `cursor` is the `next` of the page before. */
  list: (cursor: string | null) =>
    request<CampaignPage>('GET', `/api/campaigns${cursor === null ? '' : `?cursor=${cursor}`}`),
  one: (id: string) => request<Campaign>('GET', `/api/campaigns/${encodeURIComponent(id)}`),
  pixels: (id: string) => request<CampaignPixels>('GET', `/api/campaigns/${encodeURIComponent(id)}/pixels`),
  create: (body: CreateCampaign) => request<Campaign>('POST', '/api/campaigns', body),
  act: (id: string, action: CampaignAction) =>
    request<Campaign>('POST', `/api/campaigns/${encodeURIComponent(id)}/${action}`, {}),
};
