import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { toUserPixelRow } from './issue-user-pixel.ts';

const MEMBERS_PER_BATCH = 1_000;

/**
 * Gives every member of every organization that lacks a user pixel one, in batches; answers how many were made. Run at
 * each start: it changes nothing the second time, and two at once never make two for one member.
 */
export async function backfillUserPixels(databases: Pick<Databases, 'system'>, tokenKey: Buffer): Promise<number> {
  let made = 0;
  for (;;) {
    const members = await readMembersWithout(databases);
    if (members.length === 0) return made;
    const rows = members.map((member) => {
      const owner = { organizationId: member.organization_id, memberId: member.id, tokenKey };
      return toUserPixelRow(owner).row;
    });
    const stored = await databases.system
      .insertInto('signature_user_tracking')
      .values(rows)
      // The partial unique index of active pixels; the predicate must be the index's own text.
      .onConflict((conflict) => conflict.column('user_id').where(sql<boolean>`is_active`).doNothing())
      .returning('id')
      .execute();
    made += stored.length;
  }
}

function readMembersWithout(databases: Pick<Databases, 'system'>) {
  return databases.system
    .selectFrom('organization_users as member')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('signature_user_tracking as pixel')
            .whereRef('pixel.user_id', '=', 'member.id')
            .where('pixel.is_active', '=', true)
            .select('pixel.id'),
        ),
      ),
    )
    .select(['member.id', 'member.organization_id'])
    .limit(MEMBERS_PER_BATCH)
    .execute();
}
