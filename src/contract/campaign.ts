import { z } from 'zod';
import { isTimeZone } from '../domain/calendar.ts';
import { CAMPAIGN_ACTIONS, CAMPAIGN_STATUSES } from '../domain/campaign-status.ts';

export const CAMPAIGN_NAME_CHARS_MAX = 120;
export const CAMPAIGN_VARIANTS_MAX = 10;
export const CAMPAIGN_LIST_MAX = 200;
const AUDIENCE_IDS_MAX = 10_000;

const ids = z.array(z.uuid().toLowerCase()).min(1, 'at least one id').max(AUDIENCE_IDS_MAX);
const audienceSchema = z.union(
  [
    z.strictObject({ everyone: z.literal(true) }),
    z.strictObject({ departmentIds: ids }),
    z.strictObject({ userIds: ids }),
  ],
  { error: 'one of {"everyone": true}, {"departmentIds": [id, …]} and {"userIds": [id, …]}' },
);
const instant = z.iso.datetime({
  offset: true,
  local: true,
  error: 'an instant such as 2026-03-01T09:00:00Z, or what the clock shows such as 2026-03-01T09:00',
});
const label = z.string().trim().min(1, 'at least one character').max(60, 'at most 60 characters');
const dealSchema = z.strictObject({
  hubspotDealId: z.string().trim().min(1).max(64).optional(),
  hubspotContactId: z.string().trim().min(1).max(64).optional(),
  pipedriveDealId: z.string().trim().min(1).max(64).optional(),
  pipedrivePersonId: z.string().trim().min(1).max(64).optional(),
});
const webAddress = z.url({ protocol: /^https?$/, error: 'an address that begins with https:// or http://' }).max(2_000);
const side = z.int().min(1).max(2_000);
export const bannerSchema = z.strictObject({
  imageUrl: webAddress,
  linkUrl: webAddress.nullable().default(null),
  alt: z.string().trim().min(1, 'what stands there when the image is blocked').max(200),
  width: side.describe('Pixels; Outlook needs both'),
  height: side,
});
const nameSchema = z
  .string()
  .trim()
  .min(1, 'a name')
  .max(CAMPAIGN_NAME_CHARS_MAX, `at most ${CAMPAIGN_NAME_CHARS_MAX} characters`);
const descriptionSchema = z.string().trim().max(2_000, 'at most 2000 characters');
const timezoneSchema = z.string().refine(isTimeZone, 'an IANA name such as Europe/Berlin');

/** POST /api/campaigns. With `deal`, the audience is one member: the caller where it is left out. */
export const createCampaignSchema = z
  .strictObject({
    name: nameSchema,
    description: descriptionSchema.optional(),
    audience: audienceSchema.optional(),
    startsAt: instant.optional(),
    endsAt: instant.optional(),
    timezone: timezoneSchema.optional().describe('Of times without an offset; else the organization’s'),
    variants: z.array(z.strictObject({ label })).min(1).max(CAMPAIGN_VARIANTS_MAX).optional(),
    deal: dealSchema.optional(),
    banner: bannerSchema.optional(),
    templateId: z.uuid().toLowerCase().optional().describe('While it is active, instead of the template of the member'),
  })
  .superRefine((body, refine) => {
    const wrong = (path: string, message: string) => refine.addIssue({ code: 'custom', path: [path], message });
    if (body.audience === undefined && body.deal === undefined) wrong('audience', 'required unless it is a deal');
    if (body.deal !== undefined && body.audience !== undefined && !isOneMember(body.audience))
      wrong('audience', 'one member for a deal: {"userIds": [id]}');
    const labels = body.variants?.map((variant) => variant.label) ?? [];
    if (new Set(labels).size < labels.length) wrong('variants', 'a different label for each');
  });
export type CreateCampaign = z.infer<typeof createCampaignSchema>;

function isOneMember(audience: z.infer<typeof audienceSchema>): boolean {
  return 'userIds' in audience && audience.userIds.length === 1;
}

export const campaignSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  status: z.enum(CAMPAIGN_STATUSES),
  /** What can be done with it now. */
  actions: z.array(z.enum(CAMPAIGN_ACTIONS)),
  audience: audienceSchema,
  /** The member who owns the deal, or who made the campaign. */
  ownerId: z.uuid(),
  deal: dealSchema.nullable(),
  startsAt: z.iso.datetime().nullable(),
  endsAt: z.iso.datetime().nullable(),
  timezone: z.string().nullable(),
  /** In order; empty when the campaign has no A/B arms. */
  variants: z.array(z.object({ id: z.uuid(), label: z.string() })),
  banner: bannerSchema.nullable(),
  templateId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
});
export type Campaign = z.infer<typeof campaignSchema>;

export const CAMPAIGN_PAGE_DEFAULT = 50;
const LIMIT_EXPECTED = `a whole number from 1 to ${CAMPAIGN_LIST_MAX}`;
export const campaignListQuerySchema = z.object({
  limit: z
    .string({ error: LIMIT_EXPECTED })
    .regex(/^\d{1,6}$/, LIMIT_EXPECTED)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= CAMPAIGN_LIST_MAX, LIMIT_EXPECTED)
    .default(CAMPAIGN_PAGE_DEFAULT),
  /** The `next` of the page before. */
  cursor: z.uuid('the `next` of the page before').optional(),
  figures: z
    .enum(['true', 'false'], { error: 'true or false' })
    .default('false')
    .transform((text) => text === 'true')
    .describe('With `figures` on each campaign'),
});

const count = z.int().min(0);

/** How a campaign is doing, in one line of a list. */
export const campaignFiguresSchema = z.object({
  opens: count.describe('Over its whole life'),
  unique: count.nullable().describe('Null where readers are not told apart'),
  lastOpenDay: z.iso.date().nullable().describe('In the zone of the organization'),
  daily: z.array(count).describe('Opens of the last 30 days, today last'),
});
export type CampaignFigures = z.infer<typeof campaignFiguresSchema>;

/** GET /api/campaigns, newest first: a member's own and those in their signature, all of them for an admin. */
export const campaignListSchema = z.object({
  data: z.array(
    campaignSchema.extend({
      figures: campaignFiguresSchema
        .nullable()
        .optional()
        .describe('Where they were asked for; null: they are not shown to who asks'),
    }),
  ),
  next: z.string().nullable(),
});
export type CampaignList = z.infer<typeof campaignListSchema>;

/** GET /api/campaigns/:id/pixels. `variant` is its label, null without variants. */
export const campaignPixelsSchema = z.object({
  data: z.array(z.object({ userId: z.uuid(), variant: z.string().nullable(), url: z.url(), html: z.string() })),
});
export type CampaignPixels = z.infer<typeof campaignPixelsSchema>;

/** PATCH /api/campaigns/:id: what is left out stays, null empties. */
export const campaignChangeSchema = z.strictObject({
  name: nameSchema.optional(),
  description: descriptionSchema.nullable().optional(),
  audience: audienceSchema.optional(),
  startsAt: instant.nullable().optional().describe('Until it has begun'),
  endsAt: instant.nullable().optional().describe('In the future'),
  timezone: timezoneSchema.nullable().optional(),
  banner: bannerSchema.nullable().optional(),
  templateId: z.uuid().toLowerCase().nullable().optional(),
  deal: dealSchema.optional(),
});
export type CampaignChange = z.input<typeof campaignChangeSchema>;

/** GET /api/campaigns/:id/removal and the answer of DELETE /api/campaigns/:id. */
export const campaignRemovalSchema = z.object({
  opens: z.int().min(0).describe('Recorded opens of every verdict, and all figures made of them'),
  pixels: z.int().min(0).describe('In mails already sent they answer on and record nothing'),
});
export type CampaignRemoval = z.infer<typeof campaignRemovalSchema>;

/** GET and PUT /api/campaigns/:id/my-variant. */
export const variantPickSchema = z.strictObject({ variantId: z.uuid().toLowerCase() });
export const carriedVariantSchema = z.object({
  variantId: z.uuid().nullable().describe('Null for a campaign without variants'),
  label: z.string().nullable(),
  isPicked: z.boolean().describe('False: nothing was picked, so it is the first'),
});
export type CarriedVariant = z.infer<typeof carriedVariantSchema>;
