import { sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';

// One account used by several people shows as several networks within an hour. Keyed hashes of networks live in this
// process for that hour and nowhere else; a row says how many there were. Shown to the owner, never acted upon: a
// phone on the road makes three networks too. Each process counts for itself, so with several of them it may see less.

export interface SharingWatch {
  /** `network`: a keyed hash of the client's network, the key of which dies with the process. */
  note(member: { readonly organizationId: OrganizationId; readonly memberId: MemberId }, network: string): void;
}

/** Networks in one UTC hour from which an account is shown as possibly shared. */
export const SHARING_NETWORKS_MIN = 3;
const NETWORKS_MAX = 50;
/** Members watched at once; beyond it the one that came first goes. */
const MEMBERS_MAX = 20_000;
const HOUR_MS = 3_600_000;

export function watchSharing({ databases, clock, log }: SharingWatchTools): SharingWatch {
  let hour = 0;
  const seen = new Map<MemberId, Set<string>>();
  return {
    note({ organizationId, memberId }, network) {
      const now = Math.floor(clock.now() / HOUR_MS);
      if (now !== hour) seen.clear();
      hour = now;
      const networks = seen.get(memberId) ?? new Set();
      if (networks.has(network) || networks.size >= NETWORKS_MAX) return;
      networks.add(network);
      seen.set(memberId, networks);
      const first = seen.size > MEMBERS_MAX ? seen.keys().next().value : undefined;
      if (first !== undefined) seen.delete(first);
      if (networks.size < SHARING_NETWORKS_MIN) return;
      const row = { organizationId, memberId, hourAt: new Date(hour * HOUR_MS), networks: networks.size };
      storeHour(databases, row).catch((error: Error) => log.warn({ error: error.message }, 'sharing.not_noted'));
    },
  };
}

export interface SharingWatchTools {
  readonly databases: Databases;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SharedAccount {
  readonly userId: MemberId;
  readonly name: string;
  /** Hours of the last 30 days with three networks or more. */
  readonly hours: number;
  /** Of the busiest of them. */
  readonly networks: number;
  readonly lastAt: Date;
}

/** Who may be sharing an account, most hours first. */
export async function readSharing(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
): Promise<readonly SharedAccount[]> {
  const rows = await trx
    .selectFrom('member_sharing_hours as hour')
    .innerJoin('organization_users as member', 'member.id', 'hour.user_id')
    .where('hour.organization_id', '=', organizationId)
    .where('hour.hour_at', '>', sql<Date>`now() - interval '30 days'`)
    .groupBy(['member.id', 'member.name'])
    .select(['member.id', 'member.name'])
    .select(({ fn }) => [
      fn.countAll<number>().as('hours'),
      fn.max('hour.networks').as('networks'),
      fn.max('hour.hour_at').as('last_at'),
    ])
    .orderBy('hours', 'desc')
    .orderBy('member.name')
    .limit(SHARED_MAX)
    .execute();
  return rows.map((row) => ({
    userId: row.id,
    name: row.name ?? '',
    hours: row.hours,
    networks: row.networks,
    lastAt: row.last_at,
  }));
}

const SHARED_MAX = 200;

async function storeHour(
  { system }: Databases,
  row: { organizationId: OrganizationId; memberId: MemberId; hourAt: Date; networks: number },
): Promise<void> {
  const { organizationId, memberId, hourAt, networks } = row;
  await system
    .deleteFrom('member_sharing_hours')
    .where('user_id', '=', memberId)
    .where('hour_at', '<', sql<Date>`now() - interval '90 days'`)
    .execute();
  await system
    .insertInto('member_sharing_hours')
    .values({ organization_id: organizationId, user_id: memberId, hour_at: hourAt, networks })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'hour_at'])
        .doUpdateSet({ networks: sql`greatest(member_sharing_hours.networks, excluded.networks)` }),
    )
    .execute();
}
