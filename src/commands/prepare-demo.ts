import { createHmac, randomUUID } from 'node:crypto';
import { addMember, storeDepartment } from '../accounts/add-member.ts';
import { createApiKey, readApiKeys } from '../accounts/api-keys.ts';
import type { Auth } from '../accounts/create-auth.ts';
import { storeOrganization } from '../accounts/store-organization.ts';
import { OPERATOR } from '../audit/record-audit.ts';
import { changeStatus } from '../campaigns/change-status.ts';
import { createCampaign } from '../campaigns/create-campaign.ts';
import { readCampaignPixels } from '../campaigns/read-campaign-pixels.ts';
import type { Databases } from '../db/open-databases.ts';
import { API_KEY_MARK } from '../domain/api-scope.ts';
import type { Audience } from '../domain/audience.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { CampaignId, DepartmentId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { Clock } from '../kit/clock.ts';
import { readSignature } from '../signatures/read-signature.ts';
import type { DemoAccount, DemoAnswer } from './demo.ts';
import { DEMO_HISTORY_DAYS } from './demo-history.ts';
import {
  DEMO_DEPARTMENTS,
  DEMO_MEMBERS,
  DEMO_ORGANIZATION,
  DEMO_OWNER_EMAIL,
  DEMO_REP_EMAIL,
  type DemoMember,
} from './demo-people.ts';

// The demo's organization, people and campaigns: each is made when it is not there, so that a run may be repeated or
// taken up after an interruption.

export interface DemoTools {
  readonly databases: Databases;
  readonly auth: Auth;
  readonly clock: Clock;
  readonly tokenKey: Buffer;
  /** The demo's passwords are derived under it: secret, and the same in every run. */
  readonly passwordKey: Buffer;
  /** The demo's API key likewise. */
  readonly demoKeyKey: Buffer;
  readonly urls: { readonly publicUrl: string; readonly pixelUrl: string };
  /** Progress for the person who waits. */
  readonly tell: (line: string) => void;
}

export interface PreparedDemo {
  readonly organizationId: OrganizationId;
  /** Milliseconds since the epoch: 24 hours before the organization was made. */
  readonly historyEndsAt: number;
  readonly members: ReadonlyMap<MemberId, DemoMember>;
  readonly campaigns: readonly { readonly id: CampaignId; readonly name: string; readonly share: number }[];
  readonly answer: DemoAnswer;
}

export async function prepareDemo(tools: DemoTools): Promise<PreparedDemo> {
  const organization = await ensureOrganization(tools);
  const members = await ensureMembers(tools, organization.id);
  const rep = findMember(members, DEMO_REP_EMAIL);
  const plan = {
    organizationId: organization.id,
    ownerId: findMember(members, DEMO_OWNER_EMAIL),
    repId: rep,
    now: organization.madeAt,
  };
  const campaigns = await ensureCampaigns(tools, plan);
  const deal = campaigns.find((campaign) => campaign.name === DEAL_NAME);
  if (!deal) throw new Error('the demo has no deal campaign');
  const answer = await toAnswer(tools, { organizationId: organization.id, members, campaignId: deal.id });
  return { organizationId: organization.id, historyEndsAt: organization.madeAt - DAY_MS, members, campaigns, answer };
}

async function ensureOrganization({
  databases,
  clock,
  tell,
}: DemoTools): Promise<{ id: OrganizationId; madeAt: number }> {
  const known = await databases.system
    .selectFrom('organizations')
    .where('slug', '=', DEMO_ORGANIZATION.slug)
    .select(['id', 'created_at'])
    .executeTakeFirst();
  if (known) return { id: known.id, madeAt: known.created_at.getTime() };
  const id = randomUUID() as string as OrganizationId;
  await databases.system.transaction().execute(async (trx) => {
    await storeOrganization(trx, { id, ...DEMO_ORGANIZATION });
    for (const name of DEMO_DEPARTMENTS) await storeDepartment(trx, { organizationId: id, name });
  });
  tell(`demo: made the organization ${DEMO_ORGANIZATION.name}`);
  const made = await databases.system
    .selectFrom('organizations')
    .where('id', '=', id)
    .select('created_at')
    .executeTakeFirst();
  return { id, madeAt: made?.created_at.getTime() ?? clock.now() };
}

async function ensureMembers(tools: DemoTools, organizationId: OrganizationId): Promise<Map<MemberId, DemoMember>> {
  const { databases } = tools;
  const departments = await databases.system
    .selectFrom('departments')
    .where('organization_id', '=', organizationId)
    .select(['id', 'name'])
    .execute();
  const known = await databases.system
    .selectFrom('organization_users as member')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .where('member.organization_id', '=', organizationId)
    .select(['member.id', 'person.email'])
    .execute();
  const members = new Map<MemberId, DemoMember>();
  for (const person of DEMO_MEMBERS) {
    const departmentId = departments.find((department) => department.name === person.department)?.id as DepartmentId;
    const memberId =
      known.find((member) => member.email === person.email)?.id ??
      (await addMember(tools, { ...person, organizationId, departmentId, password: toPassword(tools, person.email) }))
        .memberId;
    members.set(memberId, person);
  }
  if (known.length < DEMO_MEMBERS.length) tools.tell(`demo: made ${DEMO_MEMBERS.length - known.length} members`);
  return members;
}

const PASSWORD_CHARS = 20;

function toPassword({ passwordKey }: Pick<DemoTools, 'passwordKey'>, email: string): string {
  return createHmac('sha256', passwordKey).update(email).digest('base64url').slice(0, PASSWORD_CHARS);
}

const DEAL_NAME = 'Acme Corp Proposal';

interface CampaignPlan {
  readonly organizationId: OrganizationId;
  readonly ownerId: MemberId;
  readonly repId: MemberId;
  readonly now: number;
}

/** Launched before the history begins, so that all of it falls into their active time. */
async function ensureCampaigns(tools: DemoTools, plan: CampaignPlan): Promise<PreparedDemo['campaigns']> {
  const { organizationId, ownerId, repId } = plan;
  const sales = await tools.databases.system
    .selectFrom('departments')
    .where('organization_id', '=', organizationId)
    .where('name', '=', 'Sales')
    .select('id')
    .executeTakeFirstOrThrow();
  const wanted: { name: string; memberId: MemberId; audience: Audience; share: number; isDeal: boolean }[] = [
    { name: 'Autumn catalogue', memberId: ownerId, audience: { everyone: true }, share: 0.35, isDeal: false },
    { name: 'Sales webinar', memberId: ownerId, audience: { departmentIds: [sales.id] }, share: 0.25, isDeal: false },
    { name: DEAL_NAME, memberId: repId, audience: { userIds: [repId] }, share: 0.15, isDeal: true },
  ];
  const campaigns: { id: CampaignId; name: string; share: number }[] = [];
  for (const { name, share, isDeal, ...campaign } of wanted) {
    const draft = { ...campaign, name, ...(isDeal ? { deal: {} } : {}) };
    campaigns.push({ id: await ensureCampaign(tools, plan, draft), name, share });
  }
  return campaigns;
}

async function ensureCampaign(
  { databases, tokenKey }: DemoTools,
  { organizationId, now }: CampaignPlan,
  draft: { name: string; memberId: MemberId; audience: Audience; deal?: object },
): Promise<CampaignId> {
  const known = await databases.system
    .selectFrom('signature_campaigns')
    .where('organization_id', '=', organizationId)
    .where('name', '=', draft.name)
    .select('id')
    .executeTakeFirst();
  if (known) return known.id;
  const launchedAt = now - (DEMO_HISTORY_DAYS + LAUNCHED_DAYS_BEFORE) * DAY_MS;
  return databases.system.transaction().execute(async (trx) => {
    const campaignId = await createCampaign(trx, { ...draft, organizationId, now: launchedAt, tokenKey });
    await changeStatus(trx, { organizationId, campaignId, action: 'launch', now: launchedAt, tokenKey });
    return campaignId;
  });
}

const LAUNCHED_DAYS_BEFORE = 2;

async function toAnswer(
  tools: DemoTools,
  demo: { organizationId: OrganizationId; members: Map<MemberId, DemoMember>; campaignId: CampaignId },
): Promise<DemoAnswer> {
  const { databases, tokenKey, urls } = tools;
  const { organizationId, members, campaignId } = demo;
  const memberId = findMember(members, DEMO_REP_EMAIL);
  const { signature, pixels } = await databases.system.transaction().execute(async (trx) => ({
    signature: await readSignature(trx, { organizationId, memberId, tokenKey, pixelUrl: urls.pixelUrl }),
    pixels: await readCampaignPixels(trx, {
      organizationId,
      campaignId,
      ofMember: memberId,
      tokenKey,
      pixelUrl: urls.pixelUrl,
    }),
  }));
  const toAccount = (email: string): DemoAccount => ({
    email,
    password: toPassword(tools, email),
    userId: findMember(members, email),
  });
  return {
    url: urls.publicUrl,
    organizationId,
    admin: toAccount(DEMO_OWNER_EMAIL),
    member: toAccount(DEMO_REP_EMAIL),
    apiKey: await ensureApiKey(tools, { organizationId, makerId: findMember(members, DEMO_OWNER_EMAIL) }),
    userPixelUrl: signature?.pixelUrl ?? '',
    campaignPixelUrl: pixels[0]?.url ?? '',
    campaignId,
  };
}

/** The same in every run: derived under the demo's key, stored as its hash like every other. */
async function ensureApiKey(
  { databases, demoKeyKey }: DemoTools,
  { organizationId, makerId }: { organizationId: OrganizationId; makerId: MemberId },
): Promise<string> {
  const key = API_KEY_MARK + createHmac('sha256', demoKeyKey).update(organizationId).digest('base64url');
  const draft = { organizationId, name: 'Demo', scopes: ['admin'] as const, expiresAt: null, key };
  await databases.system.transaction().execute(async (trx) => {
    const known = await readApiKeys(trx, organizationId);
    if (known.some((record) => record.name === draft.name)) return;
    await createApiKey(trx, { ...draft, actor: { id: makerId, name: OPERATOR.name } });
  });
  return key;
}

function findMember(members: ReadonlyMap<MemberId, DemoMember>, email: string): MemberId {
  for (const [id, member] of members) if (member.email === email) return id;
  throw new Error(`the demo has no member ${email}`);
}
