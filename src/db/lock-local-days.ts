import { sql, type Transaction } from 'kysely';
import type { OrganizationId } from '../domain/ids.ts';
import type { Schema } from './schema.ts';

/**
 * Until the transaction ends nobody changes these organizations' time zones; waits for a change under way. Whoever is
 * going to write local days calls it before reading the zone they are made by. Sorted, so that two cannot deadlock.
 */
export async function holdLocalDays(
  trx: Transaction<Schema>,
  organizationIds: readonly OrganizationId[],
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock_shared(hashtext('mailtracker.local_days'), number)
    from (select distinct hashtext(id) as number from unnest(${organizationIds}::text[]) as id order by 1 offset 0) as sorted`.execute(
    trx,
  );
}

/** Waits until nobody is writing local days of the organization, and keeps everybody from it until the transaction ends. */
export async function lockLocalDays(trx: Transaction<Schema>, organizationId: OrganizationId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('mailtracker.local_days'), hashtext(${organizationId}))`.execute(trx);
}
