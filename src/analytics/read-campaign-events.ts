import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { CampaignId, OrganizationId } from '../domain/ids.ts';
import type { Device, Verdict } from '../domain/verdict.ts';

/** One recorded open of a campaign: nothing of a recipient, the device as coarse as everywhere. */
export interface CampaignEvent {
  readonly hitAt: Date;
  readonly member: string;
  readonly device: Device;
  readonly verdict: Verdict;
  readonly isUnique: boolean;
}

const EVENTS_PER_READ = 1_000;

/** Oldest first. Reads a thousand at a time, each in a transaction of its own, so that a slow reader holds none open. */
export async function* readCampaignEvents(
  databases: Pick<Databases, 'app'>,
  { organizationId, campaignId }: { readonly organizationId: OrganizationId; readonly campaignId: CampaignId },
): AsyncGenerator<CampaignEvent> {
  let after = { at: '-infinity', id: '0' };
  for (;;) {
    const page = await withTenant(databases, organizationId, async (trx) => {
      const { rows } = await sql<CampaignEvent & { id: string; at: string }>`
        select event.id::text as id, event.hit_at::text as at, event.hit_at as "hitAt", coalesce(member.name, person.name, 'a former member') as member,
          judgement.device, event.verdict, event.is_unique as "isUnique"
        from signature_tracking_events event
        join judgements judgement on judgement.id = event.judgement_id
        left join organization_users member on member.id = event.user_id and member.organization_id = ${organizationId}
        left join users person on person.id = member.user_id
        where event.organization_id = ${organizationId} and event.campaign_id = ${campaignId}
          and (event.hit_at, event.id) > (${after.at}::timestamptz, ${after.id}::bigint)
        order by event.hit_at, event.id limit ${EVENTS_PER_READ}`.execute(trx);
      return rows;
    });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < EVENTS_PER_READ) return;
    after = { at: last.at, id: last.id };
  }
}
