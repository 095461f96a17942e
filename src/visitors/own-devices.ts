import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type AddressHashes, DAY_MS, USER_AGENT_CHARS_MAX } from '../domain/hit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toVisitor, VISITOR_BYTES } from './to-visitor.ts';

// Devices on which members are signed in, so that their own opens are not taken for a prospect's. A row holds two
// hashes under one day's key, and goes with that key. What must never happen: an address, an agent, or who it was.

export interface OwnDevice {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly address: AddressHashes;
  /** As the request sent it. */
  readonly userAgent: string;
}

/**
 * Remembers the device for the organization while the day's key lives. Nothing is stored for a loopback address,
 * without a key, and where the organization or the member keeps no visitors or wants own opens to count.
 */
export async function enrolOwnDevice(databases: Databases, device: OwnDevice): Promise<void> {
  const { organizationId, memberId, address, userAgent } = device;
  if (address.today === null || address.isLoopback) return;
  const network = toNetwork(organizationId, address.today);
  const visitor = toVisitor(organizationId, address.today, userAgent.slice(0, USER_AGENT_CHARS_MAX));
  await withTenant(databases, organizationId, async (trx) => {
    await sql`
      insert into own_devices (organization_id, key_day, network, device)
      select member.organization_id, ${toDate(address.day)}::date, ${network}::bytea, decode(${visitor}, 'hex')
      from organization_users member left join organization_settings setting using (organization_id)
      where member.organization_id = ${organizationId} and member.id = ${memberId} and member.tracking_mode is null
        and coalesce(setting.tracking_settings ->> 'mode', 'signals') = 'signals'
        and coalesce((setting.tracking_settings ->> 'exclude_own_opens')::boolean, true)
      on conflict do nothing`.execute(trx);
  });
}

/** Somebody who fetched a pixel, as the collector saw them. */
export interface Fetcher {
  readonly organizationId: OrganizationId;
  readonly address: AddressHashes;
  readonly userAgent: string;
}

/** `device`: a member is signed in on it. `network`: a member is signed in behind the same address, by another agent. */
export type Kinship = 'device' | 'network';

/** What each of the fetchers is to the organization; those who are nothing to it are left out. */
export async function findOwnDevices<T extends Fetcher>(
  trx: Transaction<Schema>,
  fetchers: readonly T[],
): Promise<ReadonlyMap<T, Kinship>> {
  const days = await readEnrolledDays(trx, fetchers);
  if (days.size === 0) return new Map();
  const places = fetchers.flatMap((fetcher) =>
    toKeyed(fetcher.address)
      .filter(({ keyDay }) => days.has(`${fetcher.organizationId}|${keyDay}`))
      .map(({ keyDay, hash }) => ({ fetcher, keyDay, hash, network: toNetwork(fetcher.organizationId, hash) })),
  );
  const devices = await readDevices(trx, places);
  const found = new Map<T, Kinship>();
  for (const { fetcher, keyDay, hash, network } of places) {
    const enrolled = devices.get(toKey(fetcher.organizationId, keyDay, network));
    if (enrolled === undefined) continue;
    const isOwn = enrolled.has(toVisitor(fetcher.organizationId, hash, fetcher.userAgent));
    if (isOwn || !found.has(fetcher)) found.set(fetcher, isOwn ? 'device' : 'network');
  }
  return found;
}

/** The same address is another network in every other organization; never equal to a visitor. */
function toNetwork(organizationId: OrganizationId, addressHash: Uint8Array): Buffer {
  return createHash('sha256')
    .update('network of ')
    .update(organizationId.replaceAll('-', ''), 'hex')
    .update(addressHash)
    .digest()
    .subarray(0, VISITOR_BYTES);
}

function toKeyed({ day, today, yesterday }: AddressHashes): { keyDay: number; hash: Uint8Array }[] {
  const keyed = [
    { keyDay: day, hash: today },
    { keyDay: day - 1, hash: yesterday },
  ];
  return keyed.flatMap(({ keyDay, hash }) => (hash === null ? [] : [{ keyDay, hash }]));
}

/** Most organizations have none on most days: asked first, so that their hits cost no hash. */
async function readEnrolledDays(trx: Transaction<Schema>, fetchers: readonly Fetcher[]): Promise<ReadonlySet<string>> {
  const organizations = [...new Set(fetchers.map(({ organizationId }) => organizationId))];
  const days = [...new Set(fetchers.map(({ address }) => address.day))].flatMap((day) => [day, day - 1]);
  if (organizations.length === 0 || days.length === 0) return new Set();
  const { rows } = await sql<{ key: string }>`
    select organization_id || '|' || day as key
    from unnest(${organizations}::uuid[]) as organization_id cross join unnest(${days}::int[]) as day
    where exists (select from own_devices own
      where own.organization_id = organization_id and own.key_day = date '1970-01-01' + day)`.execute(trx);
  return new Set(rows.map(({ key }) => key));
}

interface Place {
  readonly fetcher: Fetcher;
  readonly keyDay: number;
  readonly network: Buffer;
}

/** The devices enrolled behind each network. */
async function readDevices(
  trx: Transaction<Schema>,
  places: readonly Place[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const asked = new Map(
    places.map((place) => [toKey(place.fetcher.organizationId, place.keyDay, place.network), place]),
  );
  const wanted = [...asked.values()];
  const { rows } = await sql<{ n: number; device: Buffer }>`
    select want.n::int as n, own.device
    from unnest(${wanted.map((place) => place.fetcher.organizationId)}::uuid[], ${wanted.map((place) => place.keyDay)}::int[],
      ${wanted.map((place) => place.network)}::bytea[]) with ordinality as want (organization_id, day, network, n)
    join own_devices own on own.organization_id = want.organization_id
      and own.key_day = date '1970-01-01' + want.day and own.network = want.network`.execute(trx);
  const keys = [...asked.keys()];
  const devices = new Map<string, Set<string>>();
  for (const { n, device } of rows) {
    const key = keys[n - 1] ?? '';
    const known = devices.get(key) ?? new Set();
    devices.set(key, known.add(device.toString('hex')));
  }
  return devices;
}

function toKey(organizationId: OrganizationId, keyDay: number, network: Buffer): string {
  return `${organizationId}|${keyDay}|${network.toString('latin1')}`;
}

/** "YYYY-MM-DD" of a UTC day since the epoch. */
function toDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
