import type {
  Campaign,
  CampaignChange,
  CampaignList,
  CampaignPixels,
  CampaignRemoval,
  CarriedVariant,
  CreateCampaign,
} from '../../../src/contract/campaign.ts';
import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import type { Daily } from '../../../src/contract/daily.ts';
import { request } from '../../api.ts';

export type CampaignAction = Campaign['actions'][number];

export const campaignsApi = {
  /** Newest first; `cursor` is the `next` of the page before. */
  list: (cursor: string | null) =>
    request<CampaignList>('GET', `/api/campaigns?figures=true${cursor === null ? '' : `&cursor=${cursor}`}`),
  one: (id: string) => request<Campaign>('GET', `/api/campaigns/${encodeURIComponent(id)}`),
  pixels: (id: string) => request<CampaignPixels>('GET', `/api/campaigns/${encodeURIComponent(id)}/pixels`),
  stats: (id: string) => request<CampaignStats>('GET', `/api/campaigns/${encodeURIComponent(id)}/stats`),
  /** The last `days` days, oldest first. */
  daily: (id: string, days: number) =>
    request<Daily>('GET', `/api/campaigns/${encodeURIComponent(id)}/stats/daily?days=${days}`),
  create: (body: CreateCampaign) => request<Campaign>('POST', '/api/campaigns', body),
  change: (id: string, body: CampaignChange) =>
    request<Campaign>('PATCH', `/api/campaigns/${encodeURIComponent(id)}`, body),
  duplicate: (id: string) => request<Campaign>('POST', `/api/campaigns/${encodeURIComponent(id)}/duplicate`, {}),
  /** What deleting it would remove. */
  removal: (id: string) => request<CampaignRemoval>('GET', `/api/campaigns/${encodeURIComponent(id)}/removal`),
  remove: (id: string) => request<CampaignRemoval>('DELETE', `/api/campaigns/${encodeURIComponent(id)}`),
  myVariant: (id: string) => request<CarriedVariant>('GET', `/api/campaigns/${encodeURIComponent(id)}/my-variant`),
  pickVariant: (id: string, variantId: string) =>
    request<CarriedVariant>('PUT', `/api/campaigns/${encodeURIComponent(id)}/my-variant`, { variantId }),
  act: (id: string, action: CampaignAction) =>
    request<Campaign>('POST', `/api/campaigns/${encodeURIComponent(id)}/${action}`, {}),
};
