import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization, TEST_TOKEN_KEY } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { Audience } from '../domain/audience.ts';
import type { CampaignId, DepartmentId, MemberId } from '../domain/ids.ts';
import { sha256 } from '../kit/crypto.ts';
import { CampaignError } from './campaign-error.ts';
import { type CampaignDraft, createCampaign } from './create-campaign.ts';
import { issueCampaignPixels } from './issue-campaign-pixels.ts';
import { readCampaignPixels } from './read-campaign-pixels.ts';

let databases: TestDatabase;
let acme: SeededOrganization;
let sales: DepartmentId;
let seller: MemberId;
let leaver: MemberId;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases, { roles: ['owner', 'member'] });
  const department = await databases.system
    .insertInto('departments')
    .values({ organization_id: acme.organizationId, name: 'Sales' })
    .returning('id')
    .executeTakeFirstOrThrow();
  sales = department.id;
  seller = (await seedMember(databases, { organizationId: acme.organizationId })).memberId;
  leaver = (await seedMember(databases, { organizationId: acme.organizationId })).memberId;
  await databases.system
    .updateTable('organization_users')
    .set({ department_id: sales })
    .where('id', 'in', [seller, leaver])
    .execute();
  await databases.system
    .updateTable('organization_users')
    .set({ deactivated_at: new Date() })
    .where('id', '=', leaver)
    .execute();
});
afterAll(() => databases.drop());

async function create(draft: Pick<CampaignDraft, 'audience'> & Partial<CampaignDraft>): Promise<CampaignId> {
  const rest = { name: 'Spring', now: Date.now(), tokenKey: TEST_TOKEN_KEY };
  return withTenant(databases, acme.organizationId, (trx) =>
    createCampaign(trx, {
      ...rest,
      organizationId: acme.organizationId,
      memberId: acme.members[0].memberId,
      ...draft,
    }),
  );
}

async function readPixels(campaignId: CampaignId, ofMember: MemberId | null = null) {
  const keys = { tokenKey: TEST_TOKEN_KEY, pixelUrl: 'https://mail.example' };
  return withTenant(databases, acme.organizationId, (trx) =>
    readCampaignPixels(trx, { organizationId: acme.organizationId, campaignId, ofMember, ...keys }),
  );
}

async function issueAgain(campaignId: CampaignId): Promise<number> {
  const order = { organizationId: acme.organizationId, campaignId, tokenKey: TEST_TOKEN_KEY };
  return withTenant(databases, acme.organizationId, (trx) => issueCampaignPixels(trx, order));
}

describe('whom a campaign’s pixels are issued to', () => {
  test.each([
    ['everyone', () => ({ everyone: true }) as const, () => [...acme.members.map((m) => m.memberId), seller]],
    ['a department', () => ({ departmentIds: [sales] }), () => [seller]],
    [
      'named members',
      () => ({ userIds: [seller, acme.members[0].memberId] }),
      () => [acme.members[0].memberId, seller],
    ],
    ['a member who was deactivated', () => ({ userIds: [leaver] }), () => []],
  ] as readonly [string, () => Audience, () => MemberId[]][])('%s', async (_title, audience, members) => {
    const pixels = await readPixels(await create({ audience: audience() }));
    expect(pixels.map(({ userId }) => userId).sort()).toEqual([...members()].sort());
  });

  test('one for each member and variant, each findable by the hash of its token', async () => {
    const variants = [{ label: 'Short' }, { label: 'Long' }];
    const campaignId = await create({ audience: { userIds: [seller, acme.members[0].memberId] }, variants });
    const pixels = await readPixels(campaignId);
    expect(pixels.map(({ userId, variant }) => [userId, variant])).toEqual([
      [acme.members[0].memberId, 'Short'],
      [acme.members[0].memberId, 'Long'],
      [seller, 'Short'],
      [seller, 'Long'],
    ]);
    expect(new Set(pixels.map(({ url }) => url)).size).toBe(4);
    for (const { url } of pixels) {
      const token = /\/api\/t\/p\/([\w-]{24})\.gif$/.exec(url)?.[1] ?? '';
      const row = await databases.system
        .selectFrom('signature_tracking_pixels')
        .select('campaign_id')
        .where('pixel_token_hash', '=', sha256(token))
        .executeTakeFirst();
      expect(row?.campaign_id).toBe(campaignId);
    }
    expect(await readPixels(campaignId, seller)).toEqual(pixels.slice(2));
  });

  test('issuing again makes none, twice at once neither, and the addresses stay', async () => {
    const campaignId = await create({ audience: { everyone: true } });
    const before = await readPixels(campaignId);
    await databases.system
      .deleteFrom('signature_tracking_pixels')
      .where('campaign_id', '=', campaignId)
      .where('user_id', '=', seller)
      .execute();
    const made = await Promise.all([issueAgain(campaignId), issueAgain(campaignId), issueAgain(campaignId)]);
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await issueAgain(campaignId)).toBe(0);
    const after = await readPixels(campaignId);
    expect(after.filter(({ userId }) => userId !== seller)).toEqual(before.filter(({ userId }) => userId !== seller));
    expect(after).toHaveLength(before.length);
  });

  test('1,200 members get theirs in one go', async () => {
    const crowd = await seedOrganization(databases);
    const { organizationId } = crowd;
    const people = await databases.system
      .insertInto('users')
      .values(Array.from({ length: 1_200 }, (_, n) => ({ name: `Crowd ${n}`, email: `crowd.${n}@example.com` })))
      .returning('id')
      .execute();
    await databases.system
      .insertInto('organization_users')
      .values(people.map(({ id }) => ({ organization_id: organizationId, user_id: id })))
      .execute();
    const made = await withTenant(databases, organizationId, (trx) =>
      createCampaign(trx, {
        organizationId,
        memberId: crowd.members[0].memberId,
        name: 'Banner',
        audience: { everyone: true },
        now: Date.now(),
        tokenKey: TEST_TOKEN_KEY,
      }),
    );
    const { total } = await databases.system
      .selectFrom('signature_tracking_pixels')
      .where('campaign_id', '=', made)
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    expect(total).toBe(1_202);
  });
});

describe('a wrong audience', () => {
  test('another organization’s member or department is unknown, and nothing is stored', async () => {
    const other = await seedOrganization(databases);
    const count = async () => (await databases.system.selectFrom('signature_campaigns').select('id').execute()).length;
    const before = await count();
    const strangers = create({ audience: { userIds: [seller, other.members[0].memberId] } });
    await expect(strangers).rejects.toThrow(CampaignError);
    await expect(strangers).rejects.toThrow(`no member of your organization has the id ${other.members[0].memberId}`);
    const department = create({ audience: { departmentIds: [crypto.randomUUID() as unknown as DepartmentId] } });
    await expect(department).rejects.toThrow(/no department of your organization/);
    expect(await count()).toBe(before);
  });

  test('a campaign for another organization than the transaction’s is refused by the database itself', async () => {
    const { organizationId, members } = await seedOrganization(databases);
    const foreign = create({ organizationId, memberId: members[0].memberId, audience: { everyone: true } });
    await expect(foreign).rejects.toThrow(/row-level security/);
  });

  test('a deal belongs to the member it is for', async () => {
    const campaignId = await create({ audience: { userIds: [seller] }, deal: { hubspotDealId: '42' } });
    const row = await databases.system
      .selectFrom('signature_campaigns')
      .select(['owner_id', 'deal'])
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ owner_id: seller, deal: { hubspotDealId: '42' } });
  });
});
