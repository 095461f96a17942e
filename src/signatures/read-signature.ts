import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Audience, isInAudience } from '../domain/audience.ts';
import type { CampaignId, DepartmentId, MemberId, OrganizationId, TemplateId } from '../domain/ids.ts';
import type { PixelToken } from '../domain/pixel-token.ts';
import { toPixelUrl } from '../domain/pixel-url.ts';
import { restrictSettings, type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import { unsealToken } from '../kit/sealed-token.ts';
import { checkTemplate } from './check-template.ts';
import { type AssignedBy, type AssignedTemplate, readAssignedTemplate } from './read-templates.ts';
import { renderSignature } from './render-signature.ts';
import { renderTemplate } from './render-template.ts';
import { renderTemplateText } from './render-template-text.ts';
import { TemplateError } from './template-error.ts';
import { toBannerHtml } from './to-banner-html.ts';
import { toMergeValues } from './to-merge-values.ts';
import { toPixelRow } from './to-pixel-image.ts';

export interface SignatureQuestion {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
  /** Where the pixels are served from, without a slash at its end. */
  readonly pixelUrl: string;
  /** An install test's: stands in place of every other pixel; left out where the user pixel would be. */
  readonly testPixelUrl?: string;
}

export interface MemberSignature {
  readonly html: string;
  readonly text: string;
  /** Null while user tracking is off, and for a member that the back-fill has not reached. */
  readonly pixelUrl: string | null;
  readonly campaigns: readonly {
    readonly id: CampaignId;
    readonly name: string;
    /** The label of the one that the member picked, else of the first; null without variants. */
    readonly variant: string | null;
    readonly pixelUrl: string;
  }[];
  /** Which template it is and why. */
  readonly template: { readonly id: TemplateId | null; readonly name: string; readonly assignedBy: AssignedBy };
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
  const carried = await readCarried(trx, question, member.department_id);
  const isTracked = isOn(settings, 'campaign_tracking_enabled') && question.testPixelUrl === undefined;
  const campaigns = isTracked ? carried.map((row) => toCampaignPixel(row, question)) : [];
  const assigned = await readAssignedTemplate(trx, {
    organizationId: question.organizationId,
    memberId: question.memberId,
    departmentId: member.department_id,
    campaignTemplateId: carried.findLast((row) => row.template_id !== null)?.template_id ?? null,
  });
  const pixelUrls = [...(pixelUrl === null ? [] : [pixelUrl]), ...campaigns.map((campaign) => campaign.pixelUrl)];
  const banner = carried.findLast((row) => row.banner !== null)?.banner ?? null;
  const rendered = assigned === null ? null : renderAssigned(assigned, member);
  const content = rendered ?? renderSignature(toFields(member), []);
  return {
    html: `${content.html}${banner === null ? '' : toBannerHtml(banner)}${toPixelRow(pixelUrls)}`,
    text: content.text,
    pixelUrl,
    campaigns,
    template:
      assigned === null || rendered === null
        ? { id: null, name: 'Default', assignedBy: 'default' }
        : { id: assigned.id, name: assigned.name, assignedBy: assigned.assignedBy },
  };
}

/**
 * Null for a template that was stored under rules that have become stricter since: the member gets the default one
 * rather than no signature, and the answer says so by `assignedBy`.
 */
function renderAssigned(template: AssignedTemplate, member: MemberRow): { html: string; text: string } | null {
  try {
    const nodes = checkTemplate(template.html, template.ownFields);
    const values = { ...template.ownFields, ...toMergeValues(toFields(member)) };
    return { html: renderTemplate(nodes, values), text: renderTemplateText(nodes, values) };
  } catch (error) {
    if (error instanceof TemplateError) return null;
    throw error;
  }
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
  if (!isOn(settings, 'user_tracking_enabled')) return null;
  if (question.testPixelUrl !== undefined) return question.testPixelUrl;
  if (member.pixel_id === null || member.pixel_token_sealed === null) return null;
  const token = unsealToken(question.tokenKey, member.pixel_token_sealed, member.pixel_id);
  return toPixelUrl(question.pixelUrl, 'user', token as PixelToken);
}

function isOn(settings: TrackingSettings, kind: 'user_tracking_enabled' | 'campaign_tracking_enabled'): boolean {
  return settings.mode !== 'off' && settings[kind];
}

type CarriedRow = Awaited<ReturnType<typeof readCarried>>[number];

/** Active campaigns that hold the member, oldest first, each with one pixel: of the picked variant, else of the first. */
async function readCarried(trx: Transaction<Schema>, question: SignatureQuestion, departmentId: DepartmentId | null) {
  const rows = await trx
    .selectFrom('signature_tracking_pixels as pixel')
    .innerJoin('signature_campaigns as campaign', 'campaign.id', 'pixel.campaign_id')
    .leftJoin('signature_campaign_variants as variant', 'variant.id', 'pixel.variant_id')
    .where('pixel.organization_id', '=', question.organizationId)
    .where('pixel.user_id', '=', question.memberId)
    .where('pixel.is_active', '=', true)
    .where('campaign.status', '=', 'active')
    // A deal's pixel is pasted into the mails of that deal; in every mail it would count the opens of all of them.
    .where('campaign.deal', 'is', null)
    .distinctOn('campaign.id')
    .orderBy('campaign.id')
    .orderBy(
      sql`pixel.variant_id is not distinct from (select pick.variant_id from signature_variant_picks pick
        where pick.organization_id = ${question.organizationId} and pick.campaign_id = campaign.id
          and pick.user_id = ${question.memberId} order by pick.picked_at desc limit 1)`,
      'desc',
    )
    .orderBy('variant.position')
    .select([
      'campaign.id',
      'campaign.name',
      'campaign.audience',
      'campaign.banner',
      'campaign.template_id',
      'campaign.created_at',
      'variant.label as variant',
      'pixel.id as pixel_id',
      'pixel.pixel_token_sealed',
    ])
    .execute();
  return rows
    .filter((row) => isInAudience(row.audience as unknown as Audience, question.memberId, departmentId))
    .sort((a, b) => a.created_at.getTime() - b.created_at.getTime());
}

function toCampaignPixel({ id, name, variant, ...row }: CarriedRow, question: SignatureQuestion) {
  const token = unsealToken(question.tokenKey, row.pixel_token_sealed, row.pixel_id) as PixelToken;
  return { id, name, variant, pixelUrl: toPixelUrl(question.pixelUrl, 'campaign', token) };
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
