import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import type { CampaignStatus, MemberRole } from '../../src/db/schema.ts';
import type { CampaignId, MemberId, OrganizationId, PersonId, PixelId } from '../../src/domain/ids.ts';
import { PIXEL_TOKEN_BYTES, type PixelToken } from '../../src/domain/pixel-token.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../../src/domain/settings.ts';
import { seal, sha256, toPurposeKey } from '../../src/kit/crypto.ts';

export const TEST_APP_SECRET = 'a secret of the tests that protects nothing at all';
/** Seals the seeded pixels' tokens; hand it to whoever renders signatures. */
export const TEST_TOKEN_KEY = toPurposeKey(TEST_APP_SECRET, 'pixel-token');

export interface SeedOptions {
  readonly name?: string;
  /** One member each, in this order; an owner and a member when not given. */
  readonly roles?: readonly MemberRole[];
  readonly settings?: Partial<TrackingSettings>;
  readonly campaignStatus?: CampaignStatus;
  /** Whether the campaign is one of a deal; not when left out. */
  readonly isDeal?: boolean;
  /** When the pixels were issued and the campaign's status began; 120 days ago when not given. */
  readonly since?: Date;
}

export interface SeededPixel {
  readonly pixelId: PixelId;
  readonly token: PixelToken;
  /** SHA-256 of the token. */
  readonly tokenHash: Buffer;
}

export interface SeededMember {
  readonly memberId: MemberId;
  readonly personId: PersonId;
  readonly role: MemberRole;
  readonly name: string;
  readonly email: string;
  readonly pixel: SeededPixel;
}

export interface SeededOrganization {
  readonly organizationId: OrganizationId;
  readonly members: readonly [SeededMember, ...SeededMember[]];
  readonly campaign: { readonly campaignId: CampaignId; readonly status: CampaignStatus; readonly pixel: SeededPixel };
}

const DAY_MS = 86_400_000;

/**
 * An organization with its settings, its members with a user pixel each, and a campaign of the first member with one
 * pixel for that member. Several may be seeded into one database.
 */
export async function seedOrganization(
  databases: Pick<Databases, 'system'>,
  options: SeedOptions = {},
): Promise<SeededOrganization> {
  const { system } = databases;
  const mark = randomBytes(4).toString('hex');
  const since = options.since ?? new Date(Date.now() - 120 * DAY_MS);
  const { id: organizationId } = await system
    .insertInto('organizations')
    .values({ name: options.name ?? `Acme ${mark}`, slug: `acme-${mark}`, created_at: since })
    .returning('id')
    .executeTakeFirstOrThrow();
  await system
    .insertInto('organization_settings')
    .values({
      organization_id: organizationId,
      tracking_settings: { ...DEFAULT_TRACKING_SETTINGS, ...options.settings },
    })
    .execute();
  const members: SeededMember[] = [];
  for (const [index, role] of (options.roles ?? ['owner', 'member']).entries()) {
    members.push(await seedMember(databases, { organizationId, role, name: `Person ${index + 1} ${mark}`, since }));
  }
  const [first, ...rest] = members;
  if (first === undefined) throw new Error('an organization needs a member');
  const campaign = await seedCampaign(databases, {
    organizationId,
    memberId: first.memberId,
    status: options.campaignStatus ?? 'active',
    isDeal: options.isDeal ?? false,
    since,
  });
  return { organizationId, members: [first, ...rest], campaign };
}

/** One more member with a user pixel. */
export async function seedMember(
  { system }: Pick<Databases, 'system'>,
  member: { organizationId: OrganizationId; role?: MemberRole; name?: string; since?: Date },
): Promise<SeededMember> {
  const { organizationId, role = 'member', name = `Person ${randomBytes(4).toString('hex')}` } = member;
  const email = `${name.toLowerCase().replace(/\W+/g, '.')}@example.com`;
  const person = await system.insertInto('users').values({ name, email }).returning('id').executeTakeFirstOrThrow();
  const row = await system
    .insertInto('organization_users')
    .values({ organization_id: organizationId, user_id: person.id, role, name })
    .returning('id')
    .executeTakeFirstOrThrow();
  const pixel = makePixel();
  await system
    .insertInto('signature_user_tracking')
    .values({
      ...toPixelColumns(pixel),
      organization_id: organizationId,
      user_id: row.id,
      created_at: member.since ?? new Date(),
    })
    .execute();
  return { memberId: row.id, personId: person.id, role, name, email, pixel };
}

/** A campaign in one status since `since`, with one pixel of the member. */
export async function seedCampaign(
  { system }: Pick<Databases, 'system'>,
  campaign: {
    organizationId: OrganizationId;
    memberId: MemberId;
    status?: CampaignStatus;
    isDeal?: boolean;
    since?: Date;
  },
): Promise<SeededOrganization['campaign']> {
  const { organizationId, memberId, status = 'active', since = new Date(Date.now() - 120 * DAY_MS) } = campaign;
  const { id: campaignId } = await system
    .insertInto('signature_campaigns')
    .values({
      organization_id: organizationId,
      name: `Campaign ${randomBytes(4).toString('hex')}`,
      owner_id: memberId,
      status,
      deal: campaign.isDeal ? {} : null,
      created_at: since,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await system
    .insertInto('signature_campaign_statuses')
    .values({ organization_id: organizationId, campaign_id: campaignId, status, began_at: since })
    .execute();
  const pixel = makePixel();
  await system
    .insertInto('signature_tracking_pixels')
    .values({
      ...toPixelColumns(pixel),
      organization_id: organizationId,
      campaign_id: campaignId,
      user_id: memberId,
      created_at: since,
    })
    .execute();
  return { campaignId, status, pixel };
}

/** Partitions for events and visitors between two instants; storing outside of them fails. */
export async function seedPartitions(
  { system }: Pick<Databases, 'system'>,
  firstAt: Date,
  lastAt: Date,
): Promise<void> {
  await sql`select app_private.ensure_partitions(${firstAt}, ${lastAt})`.execute(system);
}

function makePixel(): SeededPixel {
  const token = randomBytes(PIXEL_TOKEN_BYTES).toString('base64url') as PixelToken;
  return { pixelId: randomUUID() as string as PixelId, token, tokenHash: sha256(token) };
}

function toPixelColumns(pixel: SeededPixel) {
  return {
    id: pixel.pixelId,
    pixel_token_hash: pixel.tokenHash,
    pixel_token_sealed: seal(TEST_TOKEN_KEY, Buffer.from(pixel.token), pixel.pixelId),
  };
}
