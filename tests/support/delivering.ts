import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import { withTenant } from '../../src/db/with-tenant.ts';
import { claimDeliveries } from '../../src/deliver/claim-deliveries.ts';
import { createDestination, type DestinationDraft } from '../../src/deliver/create-destination.ts';
import { createDeliveryContext, type DeliveryContext } from '../../src/deliver/delivery-context.ts';
import { KINDS } from '../../src/deliver/destinations/kinds.ts';
import { fanOut } from '../../src/deliver/fan-out.ts';
import { readOwed } from '../../src/deliver/read-owed.ts';
import { recordTries } from '../../src/deliver/record-tries.ts';
import { tryDelivery } from '../../src/deliver/try-delivery.ts';
import type { DeliveryId, DestinationId, OrganizationId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { SeededOrganization } from './seed.ts';

export const TEST_DESTINATION_KEY = Buffer.alloc(32, 9);

/** A clock that tests turn. */
export interface HandClock {
  now(): number;
  set(at: number): void;
  add(ms: number): void;
}

export function createHandClock(at: number): HandClock {
  let now = at;
  return {
    now: () => now,
    set: (to) => {
      now = to;
    },
    add: (ms) => {
      now += ms;
    },
  };
}

/** Everything sending takes, with loopback allowed as an operator would. */
export function prepareDelivery(
  databases: Databases,
  clock: { now(): number },
  more: Partial<Parameters<typeof createDeliveryContext>[0]> = {},
): DeliveryContext {
  return createDeliveryContext({
    databases,
    clock,
    log: silentLog,
    secretKey: TEST_DESTINATION_KEY,
    publicUrl: 'https://mailtracker.example',
    outboundAllow: ['127.0.0.0/8', '::1'],
    ...more,
  });
}

export async function addDestination(
  context: DeliveryContext,
  { organizationId, members }: Pick<SeededOrganization, 'organizationId' | 'members'>,
  more: Partial<DestinationDraft> = {},
): Promise<{ id: DestinationId; secret: string }> {
  const draft: DestinationDraft = {
    organizationId,
    actor: { id: members[0].memberId, name: members[0].name },
    type: 'webhook',
    name: `Receiver ${randomUUID()}`,
    url: undefined,
    token: undefined,
    events: ['event_created', 'signal_raised'],
    minimumLevel: null,
    campaignIds: null,
    ...more,
  };
  const { id, secret } = await withTenant(context.databases, organizationId, (trx) =>
    createDestination(trx, context, draft),
  );
  return { id, secret: secret ?? '' };
}

/** Leaves an open in the outbox as processing does, of the member's own pixel or of the campaign. */
export async function oweOpen(
  { system }: Pick<Databases, 'system'>,
  { organizationId, members, campaign }: SeededOrganization,
  { at = Date.now(), isCampaign = false, id = randomUUID() }: { at?: number; isCampaign?: boolean; id?: string } = {},
): Promise<string> {
  const payload = {
    id,
    at: new Date(at).toISOString(),
    userId: members[0].memberId,
    verdict: 'human',
    confidence: 'certain',
    device: 'mobile',
    unique: true,
  };
  await system
    .insertInto('delivery_outbox')
    .values({
      organization_id: organizationId,
      user_id: members[0].memberId,
      campaign_id: isCampaign ? campaign.campaignId : null,
      type: 'event_created',
      subject: `event:${id}`,
      level: null,
      at: new Date(at),
      payload,
    })
    .execute();
  return id;
}

/** One round of the deliverer, by hand: owes what is in the outbox, tries what is due, records it. Answers what was tried. */
export async function deliverOnce(
  context: DeliveryContext,
  { chance = 0.5, leaseMs = 60_000 }: { chance?: number; leaseMs?: number } = {},
): Promise<readonly DeliveryId[]> {
  const now = () => new Date(context.clock.now());
  await fanOut(context.databases, now());
  const paces = Object.fromEntries(KINDS.map((kind) => [kind.type, kind.pace]));
  const ids = await claimDeliveries(context.databases, { now: now(), leaseMs, room: 100, paces });
  const owed = await readOwed(context.databases, ids);
  const tried = await Promise.all(owed.map((one) => tryDelivery(context, one)));
  await recordTries(context.databases, tried, { now: now(), chance: () => chance });
  return ids;
}

export async function readState({ system }: Pick<Databases, 'system'>, organizationId: OrganizationId) {
  const { rows } = await sql<{
    id: DeliveryId;
    state: string;
    reason: string | null;
    tries: number;
    next_try_at: Date;
  }>`
    select id, state, reason, tries, next_try_at from deliveries where organization_id = ${organizationId}
    order by created_at, id`.execute(system);
  return rows;
}
