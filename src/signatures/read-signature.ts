import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Audience, isInAudience } from '../domain/audience.ts';
import type { CampaignId, DepartmentId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { PixelToken } from '../domain/pixel-token.ts';
import { toPixelUrl } from '../domain/pixel-url.ts';
import { restrictSettings, type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import { unsealToken } from '../kit/sealed-token.ts';
import { renderSignature } from './render-signature.ts';

export interface SignatureQuestion {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
  /** Where the pixels are served from, without a slash at its end. */
  readonly pixelUrl: string;
}

export interface MemberSignature {
  readonly html: string;
  readonly text: string;
  /** Null while user tracking is off, and for a member that the back-fill has not reached. */
  readonly pixelUrl: string | null;
  readonly campaigns: readonly { readonly id: CampaignId; readonly name: string; readonly pixelUrl: string }[];
}

/**
 * A member's signature with the pixels that the settings allow. Looking never makes a token. Null when the
 * organization has no such member; throws UnsealError when APP_SECRET is not the one the tokens were sealed with.
 */
export async function readSignature(
  trx: Transaction<Schema>,
  question: SignatureQuestion,
): Promise<MemberSignature | null> {
  const member = await readMember(trx, question);
  if (member === null) return null;
  const settings = restrictSettings(toTrackingSettings(member.tracking_settings), member.tracking_mode);
  const pixelUrl = toUserPixelUrl(member, settings, question);
  const campaigns = isOn(settings, 'campaign_tracking_enabled')
    ? await readCampaigns(trx, question, member.department_id)
    : [];
  const pixelUrls = [...(pixelUrl === null ? [] : [pixelUrl]), ...campaigns.map((campaign) => campaign.pixelUrl)];
  return { ...renderSignature(toFields(member), pixelUrls), pixelUrl, campaigns };
}

type MemberRow = NonNullable<Awaited<ReturnType<typeof readMember>>>;

async function readMember(trx: Transaction<Schema>, { organizationId, memberId }: SignatureQuestion) {
  const row = await trx
    .selectFrom('organization_users as member')
    .innerJoin('organizations as organization', 'organization.id', 'member.organization_id')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .leftJoin('organization_settings as setting', 'setting.organization_id', 'member.organization_id')
    .leftJoin('departments as department', 'department.id', 'member.department_id')
    .leftJoin('signature_user_tracking as pixel', (join) =>
      join.onRef('pixel.user_id', '=', 'member.id').on('pixel.is_active', '=', true),
    )
    .where('member.organization_id', '=', organizationId)
    .where('member.id', '=', memberId)
    .select([
      'member.name as member_name',
      'person.name as person_name',
      'person.email',
      'member.title',
      'member.phone',
      'member.department_id',
      'member.tracking_mode',
      'department.name as department',
      'organization.name as company',
      'setting.tracking_settings',
      'pixel.id as pixel_id',
      'pixel.pixel_token_sealed',
    ])
    .executeTakeFirst();
  return row ?? null;
}

function toUserPixelUrl(member: MemberRow, settings: TrackingSettings, question: SignatureQuestion): string | null {
  if (!isOn(settings, 'user_tracking_enabled') || member.pixel_id === null || member.pixel_token_sealed === null)
    return null;
  const token = unsealToken(question.tokenKey, member.pixel_token_sealed, member.pixel_id);
  return toPixelUrl(question.pixelUrl, 'user', token as PixelToken);
}

function isOn(settings: TrackingSettings, kind: 'user_tracking_enabled' | 'campaign_tracking_enabled'): boolean {
  return settings.mode !== 'off' && settings[kind];
}

/** Active campaigns that hold the member, each with the pixel of its first variant: never two of one campaign. */
async function readCampaigns(
  trx: Transaction<Schema>,
  question: SignatureQuestion,
  departmentId: DepartmentId | null,
): Promise<MemberSignature['campaigns']> {
  const rows = await trx
    .selectFrom('signature_tracking_pixels as pixel')
    .innerJoin('signature_campaigns as campaign', 'campaign.id', 'pixel.campaign_id')
    .leftJoin('signature_campaign_variants as variant', 'variant.id', 'pixel.variant_id')
    .where('pixel.organization_id', '=', question.organizationId)
    .where('pixel.user_id', '=', question.memberId)
    .where('pixel.is_active', '=', true)
    .where('campaign.status', '=', 'active')
    .distinctOn('campaign.id')
    .orderBy('campaign.id')
    .orderBy('variant.position')
    .select([
      'campaign.id',
      'campaign.name',
      'campaign.audience',
      'campaign.created_at',
      'pixel.id as pixel_id',
      'pixel.pixel_token_sealed',
    ])
    .execute();
  return rows
    .filter((row) => isInAudience(row.audience as unknown as Audience, question.memberId, departmentId))
    .sort((a, b) => a.created_at.getTime() - b.created_at.getTime())
    .map((row) => {
      const token = unsealToken(question.tokenKey, row.pixel_token_sealed, row.pixel_id);
      return { id: row.id, name: row.name, pixelUrl: toPixelUrl(question.pixelUrl, 'campaign', token as PixelToken) };
    });
}

function toFields(member: MemberRow) {
  return {
    fullName: member.member_name ?? member.person_name,
    jobTitle: member.title,
    department: member.department,
    company: member.company,
    email: member.email,
    phone: member.phone,
  };
}
