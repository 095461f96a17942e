import type { Campaign, CampaignChange } from '../../../src/contract/campaign.ts';
import { toLocalTime } from './to-local-time.ts';

export type AudienceKind = 'everyone' | 'departmentIds' | 'userIds';

/** The fields of the drawer, as they are written. */
export interface CampaignForm {
  readonly name: string;
  readonly description: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timezone: string;
  readonly audienceKind: AudienceKind;
  readonly departmentIds: readonly string[];
  readonly userIds: readonly string[];
  readonly banner: { readonly [Field in 'imageUrl' | 'linkUrl' | 'alt' | 'width' | 'height']: string };
  readonly templateId: string;
  readonly deal: Readonly<Record<string, string>>;
}

export function toCampaignForm(campaign: Campaign, timezone: string): CampaignForm {
  const { audience, banner } = campaign;
  return {
    name: campaign.name,
    description: campaign.description ?? '',
    startsAt: toLocalTime(campaign.startsAt, timezone),
    endsAt: toLocalTime(campaign.endsAt, timezone),
    timezone,
    audienceKind: 'everyone' in audience ? 'everyone' : 'departmentIds' in audience ? 'departmentIds' : 'userIds',
    departmentIds: 'departmentIds' in audience ? audience.departmentIds : [],
    userIds: 'userIds' in audience ? audience.userIds : [],
    banner: {
      imageUrl: banner?.imageUrl ?? '',
      linkUrl: banner?.linkUrl ?? '',
      alt: banner?.alt ?? '',
      width: banner ? `${banner.width}` : '',
      height: banner ? `${banner.height}` : '',
    },
    templateId: campaign.templateId ?? '',
    deal: { ...campaign.deal },
  };
}

/** Only what was changed: some of it cannot be changed any more once a campaign has begun. */
export function toCampaignChange(before: CampaignForm, after: CampaignForm): CampaignChange {
  const change: Record<string, unknown> = {};
  const isOther = (field: keyof CampaignForm) => JSON.stringify(before[field]) !== JSON.stringify(after[field]);
  if (isOther('name')) change.name = after.name;
  if (isOther('description')) change.description = after.description.trim() || null;
  const isMoved = isOther('timezone');
  if (isMoved) change.timezone = after.timezone;
  for (const field of ['startsAt', 'endsAt'] as const)
    if (isOther(field) || (isMoved && after[field] !== '')) change[field] = after[field] || null;
  if (isOther('audienceKind') || isOther('departmentIds') || isOther('userIds'))
    change.audience =
      after.audienceKind === 'everyone' ? { everyone: true } : { [after.audienceKind]: after[after.audienceKind] };
  if (isOther('banner')) change.banner = toBanner(after.banner);
  if (isOther('templateId')) change.templateId = after.templateId || null;
  if (isOther('deal'))
    change.deal = Object.fromEntries(Object.entries(after.deal).filter(([, id]) => id.trim() !== ''));
  return change as CampaignChange;
}

function toBanner({ imageUrl, linkUrl, alt, width, height }: CampaignForm['banner']) {
  if (imageUrl.trim() === '') return null;
  return {
    imageUrl: imageUrl.trim(),
    linkUrl: linkUrl.trim() || null,
    alt,
    width: Number(width),
    height: Number(height),
  };
}
