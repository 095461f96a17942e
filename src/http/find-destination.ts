import type { Transaction } from 'kysely';
import type { Destination } from '../contract/destination.ts';
import type { Schema } from '../db/schema.ts';
import { DestinationError } from '../deliver/destination-error.ts';
import { type DestinationSeen, readDestinations } from '../deliver/read-destinations.ts';
import { type DestinationId, parseUuid } from '../domain/ids.ts';
import { notFound, Problem } from './problem.ts';
import type { Access } from './require-access.ts';
import { toActor } from './require-admin.ts';

/** An id of another organization, and one that is no id at all, is not found. */
export function toDestinationKey(access: Access, id: string) {
  const destinationId = parseUuid<DestinationId>(id);
  if (destinationId === null) throw noDestination();
  return { organizationId: access.organizationId, destinationId, actor: toActor(access) };
}

export async function findDestination(
  trx: Transaction<Schema>,
  key: { organizationId: Access['organizationId']; destinationId: DestinationId },
): Promise<Destination> {
  const [found] = await readDestinations(trx, key);
  if (found === undefined) throw noDestination();
  return toDestinationAnswer(found);
}

export function toDestinationAnswer(seen: DestinationSeen): Destination {
  return {
    ...seen,
    events: [...seen.events],
    campaignIds: seen.campaignIds === null ? null : [...seen.campaignIds],
    failingSince: seen.failingSince?.toISOString() ?? null,
    lastDeliveredAt: seen.lastDeliveredAt?.toISOString() ?? null,
    createdAt: seen.createdAt.toISOString(),
  };
}

export const noDestination = (): Problem => notFound('The destination');

/** A refusal of the deliver folder as a problem; everything else goes on. */
export function refuseDestination(error: unknown): never {
  if (!(error instanceof DestinationError)) throw error;
  const { code, field, message } = error;
  if (code === 'too_many_tests') throw new Problem(429, message, { code, retryAfterSeconds: 60 });
  if (field === null) throw new Problem(409, message, { code });
  const status = code === 'name_taken' ? 409 : 400;
  throw new Problem(status, `${field}: ${message}`, { code, errors: [{ field, detail: message }] });
}
