import { sql } from 'kysely';
import pg from 'pg';
import { type Databases, openDatabases } from '../../src/db/open-databases.ts';
import { seal, toPurposeKey } from '../../src/kit/crypto.ts';
import { readEmbeddedUrl } from '../../tests/support/embedded-url.ts';
import type { Stage } from '../../tests/support/screenshots/open-stage.ts';
import { type FilledOrganization, fillEvents } from '../fill-events.ts';

export interface LargeSize {
  readonly members: number;
  readonly opens: number;
  /** Of the server, so that its pixels can be shown. */
  readonly appSecret: string;
}

const CAMPAIGNS = 200;
const DEPARTMENTS = 20;
const DAYS = 90;

/** Whom to sign in as, and what to look at. */
export interface LargeOrganization {
  readonly email: string;
  readonly userId: string;
  /** Everybody carries it. */
  readonly campaignId: string;
}

/** An organization of that size in the stage's database. */
export async function fillLarge(stage: Stage, size: LargeSize): Promise<LargeOrganization> {
  const url = await readEmbeddedUrl(stage.server.dataDir);
  const databases = openDatabases(url, { statementMsMax: 3_600_000 });
  try {
    const plan = { events: size.opens, members: size.members, campaigns: CAMPAIGNS, days: DAYS, now: Date.now() };
    const filled = await fillEvents(databases, plan);
    const email = await makeOwner(stage, databases, filled);
    await fillDepartments(databases, filled);
    await sealPixels(databases, filled, toPurposeKey(size.appSecret, 'pixel-token'));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('vacuum analyze');
    await client.end();
    return { email, userId: filled.members[0] ?? '', campaignId: filled.campaigns[0] ?? '' };
  } finally {
    await databases.close();
  }
}

/** Each member in one of them, some in none. */
async function fillDepartments({ system }: Databases, { organizationId }: FilledOrganization): Promise<void> {
  await sql`
    with made as (
      insert into departments (organization_id, name) select ${organizationId}, 'Department ' || n
      from generate_series(1, ${DEPARTMENTS}::int) n returning id, name)
    update organization_users as member set department_id = made.id from made
    where member.organization_id = ${organizationId}
      and made.name = 'Department ' || (abs(hashtext(member.id::text)) % ${DEPARTMENTS + 2}::int)`.execute(system);
}

/** The first member becomes the owner, with the password of everybody on the stage. */
async function makeOwner(
  stage: Stage,
  { system }: Databases,
  { organizationId, members }: FilledOrganization,
): Promise<string> {
  const stranger = await stage.signUp({ name: 'Nora New', organizationName: 'Brand New' });
  const { password } = await system
    .selectFrom('accounts')
    .innerJoin('organization_users as member', 'member.user_id', 'accounts.user_id')
    .where('member.id', '=', stranger.userId as (typeof members)[number])
    .select('accounts.password')
    .executeTakeFirstOrThrow();
  const person = await system
    .updateTable('organization_users')
    .set({ role: 'owner' })
    .where('organization_id', '=', organizationId)
    .where('id', '=', members[0] ?? ('' as (typeof members)[number]))
    .returning('user_id')
    .executeTakeFirstOrThrow();
  await system
    .insertInto('accounts')
    .values({ account_id: person.user_id, provider_id: 'credential', user_id: person.user_id, password })
    .execute();
  const { email } = await system
    .selectFrom('users')
    .where('id', '=', person.user_id)
    .select('email')
    .executeTakeFirstOrThrow();
  return email;
}

/** The owner's own pixels, and everybody's of the campaign that is looked at, can be shown again. */
async function sealPixels({ system }: Databases, filled: FilledOrganization, tokenKey: Buffer): Promise<void> {
  const [owner, campaignId] = [filled.members[0], filled.campaigns[0]];
  if (owner === undefined || campaignId === undefined) throw new Error('an organization needs a member and a campaign');
  const token = Buffer.from(filled.tokens[0] ?? '');
  for (const table of ['signature_user_tracking', 'signature_tracking_pixels'] as const) {
    const { rows: pixels } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where organization_id = ${filled.organizationId} and (user_id = ${owner}
        or to_jsonb(${sql.table(table)}) ->> 'campaign_id' = ${campaignId})`.execute(system);
    const ids = pixels.map(({ id }) => id);
    const sealed = ids.map((id) => seal(tokenKey, token, id));
    await sql`update ${sql.table(table)} as pixel set pixel_token_sealed = made.sealed
      from unnest(${ids}::uuid[], ${sealed}::bytea[]) as made (id, sealed)
      where pixel.id = made.id and pixel.organization_id = ${filled.organizationId}`.execute(system);
  }
}
