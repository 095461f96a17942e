import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';

const ROWS_MAX = 1_000;

/**
 * Takes what processing left in the outbox and owes it to each destination that wants it, once per destination and
 * subject, in one transaction. What was withdrawn is owed no longer. One process at a time: a withdrawal must never
 * overtake what it takes back. Answers how many outbox rows it took; ROWS_MAX means there may be more.
 */
export async function fanOut({ system }: Pick<Databases, 'system'>, now: Date): Promise<FannedOut> {
  return system.transaction().execute(async (trx) => {
    const lock = await sql<{ is_ours: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('mailtracker.fan_out')) as is_ours`.execute(trx);
    if (lock.rows[0]?.is_ours !== true) return { taken: 0, owed: 0, cancelled: 0 };
    const { rows } = await sql<FannedOut>`
      with taken as (
        delete from delivery_outbox where id in (select id from delivery_outbox order by id limit ${ROWS_MAX}::int)
        returning *
      ), owed as (
        insert into deliveries (organization_id, destination_id, user_id, campaign_id, type, subject, level, at, payload,
          next_try_at, created_at)
        select t.organization_id, x.id, t.user_id, t.campaign_id, t.type, t.subject, t.level, t.at, t.payload, ${now}, ${now}
        from taken t join destinations x on x.organization_id = t.organization_id and x.state <> 'disabled'
          and t.type = any(x.events) and (x.campaign_ids is null or t.campaign_id = any(x.campaign_ids))
          and (t.level is null or x.minimum_level is null or x.minimum_level = 'warm' or t.level = 'hot')
        where t.type <> 'withdrawn' and (not t.is_held or x.type not in ('slack', 'discord'))
          and not exists (select from taken w where w.type = 'withdrawn' and w.organization_id = t.organization_id and w.subject = t.subject)
          and (t.user_id is null or exists (select from organization_users m where m.organization_id = t.organization_id and m.id = t.user_id))
          and (t.campaign_id is null or exists (select from signature_campaigns c where c.organization_id = t.organization_id and c.id = t.campaign_id))
          and (x.type not in ('hubspot', 'pipedrive') or exists (select from signature_campaigns c where c.id = t.campaign_id
            and c.deal ?| case x.type when 'hubspot' then array['hubspotDealId', 'hubspotContactId']
              else array['pipedriveDealId', 'pipedrivePersonId'] end))
        on conflict (destination_id, subject) do nothing
        returning 1
      ), cancelled as (
        update deliveries d set state = 'cancelled', reason = 'withdrawn', finished_at = ${now}
        from taken t join destinations x on x.organization_id = t.organization_id
        where t.type = 'withdrawn' and d.destination_id = x.id and d.subject = t.subject and d.state = 'waiting'
        returning 1
      )
      select (select count(*) from taken)::int as taken, (select count(*) from owed)::int as owed,
        (select count(*) from cancelled)::int as cancelled`.execute(trx);
    return rows[0] ?? { taken: 0, owed: 0, cancelled: 0 };
  });
}

export interface FannedOut {
  readonly taken: number;
  readonly owed: number;
  readonly cancelled: number;
}

export const isMore = ({ taken }: FannedOut): boolean => taken === ROWS_MAX;
