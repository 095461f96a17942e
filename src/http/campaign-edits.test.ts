import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedPartitions } from '../../tests/support/seed.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { campaignRemovalSchema, campaignSchema, carriedVariantSchema } from '../contract/campaign.ts';
import { signatureSchema } from '../contract/signature.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let colleague: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  databases = await createTestDatabase();
  await seedPartitions(databases, new Date(), new Date());
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  member = await joinOrganization(http, owner.organizationId);
  colleague = await joinOrganization(http, owner.organizationId, { name: 'Cora Colleague' });
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

async function make(more: object = {}): Promise<string> {
  const answer = await owner.post('/api/campaigns', { name: 'Spring', audience: { everyone: true }, ...more });
  expect(answer.status).toBe(201);
  return `/api/campaigns/${campaignSchema.strict().parse(answer.body).id}`;
}
const signatureOf = async (who: SignedIn) => signatureSchema.strict().parse((await who.get('/api/signatures/me')).body);
const BANNER = {
  imageUrl: 'https://acme.example/a.png?x=1&y=2',
  linkUrl: 'https://acme.example/',
  alt: 'Visit "us"',
  width: 468,
  height: 60,
};

test('a banner is in the signature while the campaign is active, escaped, sized and linked', async () => {
  const path = await make({ banner: BANNER });
  expect((await signatureOf(member)).html).not.toContain('a.png');
  await owner.post(`${path}/launch`);
  const { html } = await signatureOf(member);
  expect(html).toContain(
    '<a href="https://acme.example/" target="_blank"><img src="https://acme.example/a.png?x=1&amp;y=2" width="468" height="60" alt="Visit &quot;us&quot;"',
  );
  expect((await owner.send('PATCH', path, { banner: null })).body.banner).toBeNull();
  expect((await signatureOf(member)).html).not.toContain('a.png');
  const unsafe = await owner.send('PATCH', path, { banner: { ...BANNER, linkUrl: 'javascript:alert(1)' } });
  expect(unsafe.status).toBe(400);
  await owner.post(`${path}/complete`);
});

test('a campaign’s template holds for its audience while it is active, and then goes', async () => {
  const template = await owner.post('/api/signature-templates', {
    name: 'Spring',
    html: '<p>Spring {{full_name}}</p>',
  });
  const path = await make({ templateId: template.body.id, audience: { userIds: [member.memberId] } });
  await owner.post(`${path}/launch`);
  expect((await signatureOf(member)).template).toMatchObject({ id: template.body.id, assignedBy: 'campaign' });
  expect((await signatureOf(colleague)).template.assignedBy).toBe('default');
  await owner.post(`${path}/pause`);
  expect((await signatureOf(member)).template.assignedBy).toBe('default');
  const foreign = await stranger.post('/api/campaigns', { name: 'x', deal: {}, templateId: template.body.id });
  expect(foreign.status).toBe(400);
});

test('the signature holds the variant that the member picked, by default the first, never two', async () => {
  const path = await make({ variants: [{ label: 'A' }, { label: 'B' }] });
  const { variants } = (await owner.post(`${path}/launch`)).body;
  const held = async (who: SignedIn) => {
    const { html, campaigns } = await signatureOf(who);
    expect(html.match(/\/api\/t\/p\//g)).toHaveLength(campaigns.length);
    return campaigns.filter(({ id }) => path.endsWith(id)).map(({ variant }) => variant);
  };
  expect(await held(member)).toEqual(['A']);
  const before = carriedVariantSchema.strict().parse((await member.get(`${path}/my-variant`)).body);
  expect(before).toEqual({ variantId: variants[0].id, label: 'A', isPicked: false });
  const picked = await member.send('PUT', `${path}/my-variant`, { variantId: variants[1].id });
  expect(picked.body).toEqual({ variantId: variants[1].id, label: 'B', isPicked: true });
  expect(await held(member)).toEqual(['B']);
  expect(await held(colleague)).toEqual(['A']);
  expect(await signatureOf(member)).toEqual(await signatureOf(member));
  const other = await make({ variants: [{ label: 'A' }] });
  const foreign = (await owner.get(other)).body.variants[0].id;
  expect((await member.send('PUT', `${path}/my-variant`, { variantId: foreign })).status).toBe(400);
  expect((await stranger.send('PUT', `${path}/my-variant`, { variantId: variants[1].id })).status).toBe(404);
  await owner.post(`${path}/complete`);
});

test('a change of the audience gives who joins a pixel; times and status are held to', async () => {
  const path = await make({ audience: { userIds: [member.memberId] } });
  await owner.post(`${path}/launch`);
  await owner.send('PATCH', path, { audience: { userIds: [colleague.memberId] }, name: 'Summer' });
  expect((await signatureOf(colleague)).campaigns.map(({ name }) => name)).toContain('Summer');
  expect((await signatureOf(member)).campaigns.map(({ name }) => name)).not.toContain('Summer');
  expect((await owner.send('PATCH', path, { startsAt: '2099-01-01T00:00:00Z' })).status).toBe(409);
  expect((await owner.send('PATCH', path, { endsAt: '2001-01-01T00:00:00Z' })).body.errors[0].field).toBe('endsAt');
  expect((await owner.send('PATCH', path, { endsAt: '2099-01-01T09:00', timezone: 'Asia/Kolkata' })).body.endsAt).toBe(
    '2099-01-01T03:30:00.000Z',
  );
  await owner.post(`${path}/complete`);
  expect((await owner.send('PATCH', path, { audience: { everyone: true } })).status).toBe(409);
  expect((await owner.send('PATCH', path, { name: 'Past' })).status).toBe(200);
});

test('a deal stays with one member, who owns it', async () => {
  const path = await make({ deal: {}, audience: { userIds: [member.memberId] } });
  const links = { hubspotDealId: '42', pipedrivePersonId: '7' };
  expect((await member.send('PATCH', path, { deal: links })).body.deal).toEqual(links);
  expect((await owner.send('PATCH', path, { audience: { everyone: true } })).status).toBe(400);
  expect((await member.send('PATCH', path, { audience: { userIds: [colleague.memberId] } })).status).toBe(403);
  const handedOver = await owner.send('PATCH', path, { audience: { userIds: [colleague.memberId] } });
  expect(handedOver.body.ownerId).toBe(colleague.memberId);
  expect((await member.send('PATCH', path, { name: 'Mine?' })).status).toBe(403);
  expect((await owner.send('PATCH', await make(), { deal: {} })).status).toBe(409);
});

test('a copy is a draft with pixels of its own', async () => {
  const path = await make({
    variants: [{ label: 'A' }, { label: 'B' }],
    banner: BANNER,
    endsAt: '2099-01-01T00:00:00Z',
  });
  const copy = await owner.post(`${path}/duplicate`);
  expect(copy.status).toBe(201);
  expect(copy.body).toMatchObject({ name: 'Spring (copy)', status: 'draft', banner: BANNER, endsAt: null });
  const urls = async (of: string) =>
    (await owner.get(`${of}/pixels`)).body.data.map(({ url }: { url: string }) => url) as string[];
  const [originals, copies] = [await urls(path), await urls(`/api/campaigns/${copy.body.id}`)];
  expect(copies).toHaveLength(originals.length);
  expect(copies.filter((url) => originals.includes(url))).toEqual([]);
});

test('deleting tells what goes, takes every row of it and no other, and is audited', async () => {
  const path = await make();
  const kept = await make();
  const campaignId = path.split('/').at(-1) ?? '';
  const pixel = await databases.system
    .selectFrom('signature_tracking_pixels')
    .where('campaign_id', '=', campaignId as never)
    .where('user_id', '=', member.memberId)
    .select('id')
    .executeTakeFirstOrThrow();
  const judgement = await databases.system
    .insertInto('judgements')
    .values({
      verdict: 'human',
      confidence: 'certain',
      reason: 'x',
      rules_version: 1,
      device: 'desktop',
      client_family: 'x',
      network_class: 'eyeball' as never,
      hints: '',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const of = { organization_id: owner.organizationId, user_id: member.memberId, campaign_id: campaignId as never };
  await databases.system
    .insertInto('signature_tracking_events')
    .values({
      ...of,
      hit_at: new Date(),
      pixel_id: pixel.id,
      judgement_id: judgement.id,
      is_counted: true,
      is_unique: true,
      is_bot: false,
      is_proxy: false,
      tracking_type: 'campaign',
      verdict: 'human',
    })
    .execute();
  await databases.system
    .insertInto('tracking_rollup_slots')
    .values({ ...of, slot_at: new Date(0), verdict: 'human', device: 'desktop', events: 1, opens: 1, uniques: 1 })
    .execute();
  expect((await member.send('DELETE', path)).status).toBe(403);
  expect((await stranger.send('DELETE', path)).status).toBe(404);
  const preview = campaignRemovalSchema.strict().parse((await owner.get(`${path}/removal`)).body);
  expect(preview).toEqual({ opens: 1, pixels: 3 });
  const removed = await owner.send('DELETE', path);
  expect([removed.status, removed.body]).toEqual([200, preview]);
  expect((await owner.get(path)).status).toBe(404);
  expect((await owner.get(kept)).status).toBe(200);
  const left = await Promise.all(
    (['signature_tracking_events', 'tracking_rollup_slots', 'signature_tracking_pixels'] as const).map((table) =>
      databases.system
        .selectFrom(table)
        .where('campaign_id', '=', campaignId as never)
        .select('user_id')
        .execute(),
    ),
  );
  expect(left.flat()).toEqual([]);
  const { data } = (await owner.get('/api/audit-log?action=campaign.deleted')).body;
  expect(data[0]).toMatchObject({ subject: { name: 'Spring' }, before: preview });
});
