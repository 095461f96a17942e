import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Databases } from '../../src/db/open-databases.ts';
import type { MemberId, OrganizationId } from '../../src/domain/ids.ts';
import { toPurposeKey } from '../../src/kit/crypto.ts';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';

/** Who looks, and with which headers. */
export interface Viewer {
  readonly organizationId: OrganizationId;
  /** Null: an API key, which hears of all opens and signals of its organization. */
  readonly memberId: MemberId | null;
  /** Hears of everybody's signals. */
  readonly isAdmin: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Organizations with an owner, an admin and members, each member with a pixel, and one deal. */
export async function seedTeams(
  databases: Databases,
  { teams, members }: { readonly teams: number; readonly members: number },
): Promise<readonly SeededOrganization[]> {
  const roles = Array.from({ length: members }, (_, i) => (['owner', 'admin'] as const)[i] ?? 'member');
  const organizations: SeededOrganization[] = [];
  for (let n = 0; n < teams; n += 1) organizations.push(await seedOrganization(databases, { roles, isDeal: true }));
  return organizations;
}

/** The members of all organizations, first one of each, then another, with a session each as sign-in would start it. */
export async function signInTeams(
  databases: Databases,
  organizations: readonly SeededOrganization[],
  dataDir: string,
): Promise<readonly Viewer[]> {
  const size = organizations[0]?.members.length ?? 0;
  const people = Array.from({ length: size }, (_, i) =>
    organizations.flatMap(({ organizationId, members }) => {
      const member = members[i];
      return member === undefined ? [] : [{ organizationId, ...member }];
    }),
  ).flat();
  const tokens = people.map(() => randomBytes(24).toString('base64url'));
  await databases.system
    .insertInto('sessions')
    .values(
      people.map(({ personId }, i) => ({
        user_id: personId,
        token: tokens[i] ?? '',
        expires_at: new Date(Date.now() + 86_400_000),
      })),
    )
    .execute();
  const secret = toPurposeKey(readFileSync(join(dataDir, 'app-secret'), 'utf8').trim(), 'sign-in').toString(
    'base64url',
  );
  return people.map(({ organizationId, memberId, role }, i) => ({
    organizationId,
    memberId,
    isAdmin: role !== 'member',
    headers: { cookie: toCookie(tokens[i] ?? '', secret) },
  }));
}

/** As the library signs its cookies. */
function toCookie(token: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(token).digest('base64');
  return `mailtracker.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** An API key of the organization, which hears everything of it. */
export async function makeKeyViewer({ system }: Databases, organizationId: OrganizationId): Promise<Viewer> {
  const key = `mt_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(key).digest();
  await system
    .insertInto('api_keys')
    .values({ organization_id: organizationId, name: 'bench', prefix: 'mt_', key_hash: hash, scopes: ['read:events'] })
    .execute();
  return { organizationId, memberId: null, isAdmin: true, headers: { authorization: `Bearer ${key}` } };
}
