import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type SeededOrganization, seedCampaign, seedOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { waitForLock } from '../../tests/support/wait-for-lock.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignStatus } from '../domain/campaign-status.ts';
import type { CampaignId, MemberId, PersonId } from '../domain/ids.ts';
import { DEFAULT_TRACKING_SETTINGS, type TrackingSettings } from '../domain/settings.ts';
import { sha256, toPurposeKey } from '../kit/crypto.ts';
import { UnsealError } from '../kit/sealed-token.ts';
import { backfillUserPixels } from './backfill-user-pixels.ts';
import { issueUserPixel } from './issue-user-pixel.ts';
import { type MemberSignature, readSignature } from './read-signature.ts';
import { rotateUserPixel } from './rotate-user-pixel.ts';

const PIXEL_URL = 'https://mail.example';
let databases: TestDatabase;
let acme: SeededOrganization;

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  acme = await seedOrganization(databases);
});
afterAll(() => databases.drop());

async function read(
  memberId: MemberId = acme.members[0].memberId,
  tokenKey: Buffer = TEST_TOKEN_KEY,
): Promise<MemberSignature | null> {
  const question = { organizationId: acme.organizationId, memberId, tokenKey, pixelUrl: PIXEL_URL };
  return withTenant(databases, acme.organizationId, (trx) => readSignature(trx, question));
}

async function setSettings(settings: Partial<TrackingSettings>): Promise<void> {
  await databases.system
    .updateTable('organization_settings')
    .set({ tracking_settings: { ...DEFAULT_TRACKING_SETTINGS, ...settings } })
    .where('organization_id', '=', acme.organizationId)
    .execute();
}

async function setCampaign(set: { status?: CampaignStatus; audience?: Audience; deal?: string | null }): Promise<void> {
  await databases.system
    .updateTable('signature_campaigns')
    .set({ ...set, ...(set.audience ? { audience: JSON.stringify(set.audience) } : {}) } as object)
    .where('id', '=', acme.campaign.campaignId)
    .execute();
}

/** A member of the organization that has no pixel, as before a back-fill. */
async function bareMember(): Promise<MemberId> {
  const email = `bare.${crypto.randomUUID()}@example.com`;
  const { id } = await databases.system
    .insertInto('users')
    .values({ name: 'Bare', email })
    .returning('id')
    .executeTakeFirstOrThrow();
  const member = await databases.system
    .insertInto('organization_users')
    .values({ organization_id: acme.organizationId, user_id: id as PersonId })
    .returning('id')
    .executeTakeFirstOrThrow();
  return member.id;
}

async function countPixels(): Promise<number> {
  const { total } = await databases.system
    .selectFrom('signature_user_tracking')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

describe('which pixels a signature holds', () => {
  const userUrl = () => `${PIXEL_URL}/api/t/u/${acme.members[0].pixel.token}.gif`;
  const campaignUrl = () => `${PIXEL_URL}/api/t/p/${acme.campaign.pixel.token}.gif`;

  test('the member’s own and that of each active campaign, as absolute addresses', async () => {
    const signature = await read();
    expect(signature).toMatchObject({
      pixelUrl: userUrl(),
      campaigns: [{ id: acme.campaign.campaignId, pixelUrl: campaignUrl() }],
    });
    expect(signature?.html).toContain(`src="${userUrl()}"`);
    expect(signature?.html).toContain(`src="${campaignUrl()}"`);
    expect(signature?.html).toContain(acme.members[0].name);
    expect(signature?.text).toContain(acme.members[0].email);
  });

  test.each([
    [{ user_tracking_enabled: false }, false, true],
    [{ campaign_tracking_enabled: false }, true, false],
    [{ mode: 'off' }, false, false],
    [{ mode: 'aggregate' }, true, true],
  ] as const)('with %j: own pixel %s, campaign’s %s', async (settings, hasOwn, hasCampaign) => {
    await setSettings(settings);
    const signature = await read();
    expect(signature?.pixelUrl).toBe(hasOwn ? userUrl() : null);
    expect(signature?.campaigns).toHaveLength(hasCampaign ? 1 : 0);
    expect(signature?.html.includes('/api/t/u/')).toBe(hasOwn);
    expect(signature?.html.includes('/api/t/p/')).toBe(hasCampaign);
  });

  test.each(['draft', 'scheduled', 'paused', 'completed', 'cancelled'] as const)(
    'a campaign that is %s is not in it',
    async (status) => {
      await setCampaign({ status });
      expect((await read())?.campaigns).toEqual([]);
    },
  );

  test('a deal’s pixel is for the mails of that deal, not for every mail', async () => {
    await setCampaign({ deal: '{}' });
    expect((await read())?.campaigns).toEqual([]);
    expect((await read())?.html).not.toContain('/api/t/p/');
    await setCampaign({ deal: null });
    expect((await read())?.campaigns).toHaveLength(1);
  });

  test('a member who left the audience carries the campaign no more, although the pixel stays', async () => {
    await setCampaign({ audience: { userIds: [acme.members[1]?.memberId as MemberId] } });
    expect((await read())?.campaigns).toEqual([]);
    await setCampaign({ audience: { userIds: [acme.members[0].memberId] } });
    expect((await read())?.campaigns).toHaveLength(1);
    await setCampaign({ audience: { departmentIds: [] } });
    expect((await read())?.campaigns).toEqual([]);
  });

  test('of two campaigns both are in it, the older first', async () => {
    const second = await seedCampaign(databases, {
      organizationId: acme.organizationId,
      memberId: acme.members[0].memberId,
      since: new Date(),
    });
    expect((await read())?.campaigns.map(({ id }) => id)).toEqual([acme.campaign.campaignId, second.campaignId]);
  });

  test('of two variants the first is in it, never both', async () => {
    const { campaignId, tokens } = await seedVariants();
    const campaign = (await read())?.campaigns.find(({ id }) => id === campaignId);
    expect(campaign?.pixelUrl).toBe(`${PIXEL_URL}/api/t/p/${tokens.get(0)}.gif`);
    expect((await read())?.html).not.toContain(tokens.get(1));
  });

  test('another organization’s member has no signature here', async () => {
    const other = await seedOrganization(databases);
    expect(await read(other.members[0].memberId)).toBeNull();
  });
});

/** The second variant's pixel is stored first: order must come from the position. */
async function seedVariants(): Promise<{ campaignId: CampaignId; tokens: ReadonlyMap<number, string> }> {
  const organization_id = acme.organizationId;
  const { memberId: user_id } = acme.members[0];
  const { campaignId, pixel } = await seedCampaign(databases, { organizationId: organization_id, memberId: user_id });
  const tokens = new Map<number, string>();
  for (const position of [1, 0]) {
    const variant = await databases.system
      .insertInto('signature_campaign_variants')
      .values({ organization_id, campaign_id: campaignId, label: `Subject ${position}`, position })
      .returning('id')
      .executeTakeFirstOrThrow();
    const donor =
      position === 1
        ? pixel
        : (await seedCampaign(databases, { organizationId: organization_id, memberId: user_id, status: 'draft' }))
            .pixel;
    await databases.system
      .updateTable('signature_tracking_pixels')
      .set({ variant_id: variant.id, campaign_id: campaignId })
      .where('id', '=', donor.pixelId)
      .execute();
    tokens.set(position, donor.token);
  }
  return { campaignId, tokens };
}

describe('tokens', () => {
  test('looking at a signature makes none, the back-fill makes exactly one', async () => {
    const memberId = await bareMember();
    const before = await countPixels();
    expect((await read(memberId))?.pixelUrl).toBeNull();
    expect(await countPixels()).toBe(before);

    const made = await Promise.all([1, 2, 3].map(() => backfillUserPixels(databases, TEST_TOKEN_KEY)));

    expect(made.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await backfillUserPixels(databases, TEST_TOKEN_KEY)).toBe(0);
    expect((await read(memberId))?.pixelUrl).toMatch(/^https:\/\/mail\.example\/api\/t\/u\/[\w-]{24}\.gif$/);
    expect(await read(memberId)).toEqual(await read(memberId));
  });

  test('a rotation issues a new one; the old row stays, retired, for the mails already sent; two at once take turns', async () => {
    const [{ memberId, pixel }] = acme.members;
    const now = Date.parse('2026-11-20T12:00:00Z');
    const owner = { organizationId: acme.organizationId, memberId, tokenKey: TEST_TOKEN_KEY, now };
    const rotate = () => withTenant(databases, acme.organizationId, (trx) => rotateUserPixel(trx, owner));
    let second: ReturnType<typeof rotate> = Promise.resolve(null);

    const first = await withTenant(databases, acme.organizationId, async (trx) => {
      const issued = await rotateUserPixel(trx, owner);
      second = rotate();
      await waitForLock(databases);
      return issued;
    });
    const issued = [first, await second];

    const rows = await databases.system
      .selectFrom('signature_user_tracking')
      .selectAll()
      .where('user_id', '=', memberId)
      .execute();
    expect(rows).toHaveLength(3);
    const active = rows.filter((row) => row.is_active);
    expect(active).toHaveLength(1);
    const token = issued.find((one) => one?.pixelId === active[0]?.id)?.token ?? '';
    expect(active[0]?.pixel_token_hash).toEqual(sha256(token));
    expect((await read())?.pixelUrl).toBe(`${PIXEL_URL}/api/t/u/${token}.gif`);
    const old = rows.find((row) => row.id === pixel.pixelId);
    expect(old).toMatchObject({ is_active: false, retired_at: new Date(now), pixel_token_hash: pixel.tokenHash });
  });

  test('nobody rotates the pixel of another organization’s member', async () => {
    const other = await seedOrganization(databases);
    const [{ memberId }] = other.members;
    const owner = { organizationId: acme.organizationId, memberId, tokenKey: TEST_TOKEN_KEY, now: Date.now() };
    expect(await withTenant(databases, acme.organizationId, (trx) => rotateUserPixel(trx, owner))).toBeNull();
  });

  test('the token itself is nowhere in the database', async () => {
    const memberId = await bareMember();
    const owner = { organizationId: acme.organizationId, memberId, tokenKey: TEST_TOKEN_KEY };
    const { token } = await withTenant(databases, acme.organizationId, (trx) => issueUserPixel(trx, owner));
    const raw = Buffer.from(token, 'base64url');
    const forms = [token, Buffer.from(token).toString('hex'), raw.toString('hex'), raw.toString('base64')];
    const everything = await dumpDatabase();
    expect(everything).toContain(sha256(token).toString('hex'));
    for (const form of forms) expect(everything).not.toContain(form);
  });

  test('under another APP_SECRET the signature fails with the reason, not with a wrong pixel', async () => {
    const wrong = read(
      acme.members[0].memberId,
      toPurposeKey('another secret of thirty-two characters', 'pixel-token'),
    );
    await expect(wrong).rejects.toThrow(UnsealError);
    await expect(wrong).rejects.toThrow(/APP_SECRET/);
  });

  test('a sealed copy moved to another row is refused', async () => {
    const [first, second] = acme.members;
    const sealed = await databases.system
      .selectFrom('signature_user_tracking')
      .select('pixel_token_sealed')
      .where('id', '=', second?.pixel.pixelId ?? first.pixel.pixelId)
      .executeTakeFirstOrThrow();
    await databases.system
      .updateTable('signature_user_tracking')
      .set(sealed)
      .where('id', '=', first.pixel.pixelId)
      .execute();
    await expect(read()).rejects.toThrow(UnsealError);
  });
});

/** Every row of every table as text; bytea shows as hex. */
async function dumpDatabase(): Promise<string> {
  const client = new Client({ connectionString: databases.ownerUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    const dumps: unknown[] = [];
    for (const { name } of tables.rows) dumps.push((await client.query(`select t::text from ${name} t`)).rows);
    return JSON.stringify(dumps);
  } finally {
    await client.end();
  }
}
