import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { DestinationId, OrganizationId } from '../domain/ids.ts';
import type { Clock } from '../kit/clock.ts';
import type { TokenBudget } from './destination-kind.ts';

interface BudgetOwner {
  readonly destinationId: DestinationId;
  readonly organizationId: OrganizationId;
}

/** A vendor's allowance as rows of destination_budgets: shared by all processes, and still spent after a restart. */
export function createTokenBudget(
  { databases, clock }: { readonly databases: Databases; readonly clock: Clock },
  { destinationId, organizationId }: BudgetOwner,
): TokenBudget {
  return {
    take: async (cost, { name, tokens, windowMs }) => {
      const now = new Date(clock.now());
      const renewedAt = new Date(now.getTime() + windowMs);
      const { rows } = await sql<{ tokens_left: number; renewed_at: Date }>`
        insert into destination_budgets as b (destination_id, organization_id, name, tokens_left, renewed_at)
        values (${destinationId}, ${organizationId}, ${name}, ${tokens - cost}::int, ${renewedAt})
        on conflict (destination_id, name) do update set
          tokens_left = case when b.renewed_at <= ${now} then ${tokens - cost}::int else b.tokens_left - ${cost}::int end,
          renewed_at = case when b.renewed_at <= ${now} then ${renewedAt} else b.renewed_at end
        where b.renewed_at <= ${now} or b.tokens_left >= ${cost}::int
        returning tokens_left, renewed_at`.execute(databases.system);
      if (rows.length > 0) return null;
      const spent = await databases.system
        .selectFrom('destination_budgets')
        .select('renewed_at')
        .where('destination_id', '=', destinationId)
        .where('name', '=', name)
        .executeTakeFirst();
      return Math.max((spent?.renewed_at.getTime() ?? 0) - now.getTime(), 1);
    },
    learn: async ({ name }, remaining, resetAt) => {
      await databases.system
        .insertInto('destination_budgets')
        .values({
          destination_id: destinationId,
          organization_id: organizationId,
          name,
          tokens_left: Math.trunc(remaining),
          renewed_at: resetAt,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['destination_id', 'name'])
            .doUpdateSet({ tokens_left: Math.trunc(remaining), renewed_at: resetAt }),
        )
        .execute();
    },
  };
}
