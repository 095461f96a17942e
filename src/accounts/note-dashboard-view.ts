import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';

/** Notes the UTC day of `now` (milliseconds) as the last on which the member looked; writes once a day. */
export async function noteDashboardView(
  trx: Transaction<Schema>,
  { organizationId, memberId, now }: { organizationId: OrganizationId; memberId: MemberId; now: number },
): Promise<void> {
  const day = new Date(now).toISOString().slice(0, 10);
  await sql`
    insert into member_dashboard_views as kept (organization_id, user_id, viewed_on) values (${organizationId}, ${memberId}, ${day})
    on conflict (organization_id, user_id) do update set viewed_on = excluded.viewed_on where kept.viewed_on < excluded.viewed_on`.execute(
    trx,
  );
}
