import pg from 'pg';
import { type Databases, openDatabases } from '../../src/db/open-databases.ts';
import { seal, toPurposeKey } from '../../src/kit/crypto.ts';
import { readEmbeddedUrl } from '../../tests/support/embedded-url.ts';
import type { Actor, Stage } from '../../tests/support/screenshots/open-stage.ts';
import { type FilledOrganization, fillEvents } from '../fill-events.ts';

export interface LargeSize {
  readonly members: number;
  readonly opens: number;
  /** Of the server, so that its pixels can be shown. */
  readonly appSecret: string;
}

const CAMPAIGNS = 200;
const DAYS = 90;

/** An organization of that size in the stage's database; answers its owner, and a campaign that everybody carries. */
export async function fillLarge(stage: Stage, size: LargeSize): Promise<{ owner: Actor; campaignId: string }> {
  const url = await readEmbeddedUrl(stage.server.dataDir);
  const databases = openDatabases(url, { statementMsMax: 3_600_000 });
  try {
    const plan = { events: size.opens, members: size.members, campaigns: CAMPAIGNS, days: DAYS, now: Date.now() };
    const filled = await fillEvents(databases, plan);
    const email = await makeOwner(stage, databases, filled);
    await sealPixels(databases, filled, toPurposeKey(size.appSecret, 'pixel-token'));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('vacuum analyze');
    await client.end();
    const owner = await stage.signIn({ email, password: stage.password, userId: filled.members[0] ?? '' });
    return { owner, campaignId: filled.campaigns[0] ?? '' };
  } finally {
    await databases.close();
  }
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

/** The owner's own pixels can be read again, as the signature page does. */
async function sealPixels({ system }: Databases, filled: FilledOrganization, tokenKey: Buffer): Promise<void> {
  const [owner] = filled.members;
  if (owner === undefined) throw new Error('an organization needs a member');
  const token = Buffer.from(filled.tokens[0] ?? '');
  for (const table of ['signature_user_tracking', 'signature_tracking_pixels'] as const) {
    const pixels = await system
      .selectFrom(table)
      .where('organization_id', '=', filled.organizationId)
      .where('user_id', '=', owner)
      .select('id')
      .execute();
    for (const { id } of pixels)
      await system
        .updateTable(table)
        .set({ pixel_token_sealed: seal(tokenKey, token, id) })
        .where('organization_id', '=', filled.organizationId)
        .where('id', '=', id)
        .execute();
  }
}
