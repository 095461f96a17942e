import type { Databases } from '../db/open-databases.ts';
import { type OrganizationId, parseUuid } from '../domain/ids.ts';
import { AccountError } from './account-error.ts';

/** By id, by slug, or by a name that only one organization bears; null when there is none. Throws AccountError unknown_organization. */
export async function findOrganization({ system }: Databases, wanted: string): Promise<OrganizationId | null> {
  const id = parseUuid<OrganizationId>(wanted);
  const rows = await system
    .selectFrom('organizations')
    .select(['id', 'slug'])
    .where((where) =>
      where.or([
        where('slug', '=', wanted),
        where('name', '=', wanted),
        ...(id === null ? [] : [where('id', '=', id)]),
      ]),
    )
    .limit(NAMESAKES_MAX)
    .execute();
  const exact = rows.find((row) => row.id === id || row.slug === wanted);
  if (exact) return exact.id;
  if (rows.length > 1)
    throw new AccountError(
      'unknown_organization',
      `Several organizations are called "${wanted}". Use a slug: ${rows.map((row) => row.slug).join(', ')}.`,
      'organization',
    );
  return rows[0]?.id ?? null;
}

const NAMESAKES_MAX = 10;

/** The same, and there must be one. */
export async function requireOrganization(databases: Databases, wanted: string): Promise<OrganizationId> {
  const id = await findOrganization(databases, wanted);
  if (id === null)
    throw new AccountError('unknown_organization', `There is no organization "${wanted}".`, 'organization');
  return id;
}
