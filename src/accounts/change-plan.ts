import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { toChanges } from '../audit/to-changes.ts';
import type { Databases } from '../db/open-databases.ts';
import type { OrganizationId } from '../domain/ids.ts';

/** Null: the server's plan; 0: unlimited. What is left out stays. */
export interface PlanChange {
  readonly seats?: number | null | undefined;
  readonly opensPerMinute?: number | null | undefined;
}

/** Sets an organization's own plan. Nobody is shut out by a smaller one: it only keeps new people from joining. */
export async function changePlan(
  databases: Databases,
  { organizationId, actor, change }: { organizationId: OrganizationId; actor: Actor; change: PlanChange },
): Promise<void> {
  await databases.system.transaction().execute(async (trx) => {
    const { name, ...before } = await trx
      .selectFrom('organizations')
      .where('id', '=', organizationId)
      .select(['name', 'seats', 'opens_per_minute'])
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { seats = before.seats, opensPerMinute = before.opens_per_minute } = change;
    const after = { seats, opens_per_minute: opensPerMinute };
    const changes = toChanges<typeof before>(before, after);
    if (changes === null) return;
    await trx.updateTable('organizations').set(after).where('id', '=', organizationId).execute();
    const subject = { id: organizationId, name };
    await recordAudit(trx, { organizationId, actor, action: 'plan.changed', subject, ...changes });
  });
}
