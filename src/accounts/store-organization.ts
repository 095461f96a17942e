import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { OrganizationId } from '../domain/ids.ts';
import { DEFAULT_TRACKING_SETTINGS } from '../domain/settings.ts';

/** The organization and its settings row. The slug is made of the name and of the id, so that no two can collide. */
export async function storeOrganization(trx: Transaction<Schema>, organization: NewOrganization): Promise<void> {
  const { id, name, timezone } = organization;
  await trx
    .insertInto('organizations')
    .values({ id, name, slug: organization.slug ?? toSlug(name, id) })
    .execute();
  const settings = { ...DEFAULT_TRACKING_SETTINGS, timezone: timezone ?? DEFAULT_TRACKING_SETTINGS.timezone };
  await trx
    .insertInto('organization_settings')
    .values({ organization_id: id, tracking_settings: JSON.stringify(settings) })
    .execute();
}

export interface NewOrganization {
  readonly id: OrganizationId;
  readonly name: string;
  /** Unique; made when left out. */
  readonly slug?: string;
  /** IANA name; UTC when left out. */
  readonly timezone?: string | undefined;
}

function toSlug(name: string, id: OrganizationId): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, SLUG_NAME_CHARS_MAX);
  return `${words === '' ? 'organization' : words}-${id.slice(0, 8)}`;
}

const SLUG_NAME_CHARS_MAX = 40;
