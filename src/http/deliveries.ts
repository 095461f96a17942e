import {
  type Delivery,
  type DeliveryDetail,
  deliveryDetailSchema,
  deliveryListSchema,
  deliveryQuerySchema,
  replayedSchema,
  replayRangeSchema,
} from '../contract/delivery.ts';
import { withTenant } from '../db/with-tenant.ts';
import {
  type DeliveryDetailSeen,
  type DeliveryPlace,
  type DeliverySeen,
  readDeliveries,
  readDelivery,
} from '../deliver/read-deliveries.ts';
import { replayDeliveries, replayDelivery } from '../deliver/replay-deliveries.ts';
import { sendTest } from '../deliver/send-test.ts';
import { type DeliveryId, parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { findDestination, noDestination, refuseDestination, toDestinationKey } from './find-destination.ts';
import { notFound, type Problem } from './problem.ts';
import { toActor } from './require-admin.ts';
import { requireDestinations } from './require-destinations.ts';

const tags = ['deliveries'];

/** What was owed to destinations, every try of it, tests and replays: for admins, and keys with write:destinations. */
export function deliveriesRoutes(app: HttpApp, context: HttpContext): void {
  readRoutes(app, context);
  testRoute(app, context);
  replayRoutes(app, context);
}

function readRoutes(app: HttpApp, { databases }: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/destinations/:id/deliveries',
    schema: {
      tags,
      summary: 'Deliveries of a destination, newest first',
      querystring: deliveryQuerySchema,
      response: { 200: deliveryListSchema },
    },
    handler: async (request) => {
      const key = toDestinationKey(await requireDestinations(request), (request.params as { id: string }).id);
      const { limit, cursor, state = null } = request.query;
      const page = await withTenant(databases, key.organizationId, async (trx) => {
        await findDestination(trx, key);
        return readDeliveries(trx, { ...key, state, limit, after: parseCursor(cursor) });
      });
      return { data: page.data.map(toAnswer), next: page.next === null ? null : toCursor(page.next) };
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/deliveries/:id',
    schema: { tags, summary: 'One delivery: its payload and every try', response: { 200: deliveryDetailSchema } },
    handler: async (request) => {
      const { organizationId } = await requireDestinations(request);
      const deliveryId = toDeliveryId(request.params.id);
      const found = await withTenant(databases, organizationId, (trx) =>
        readDelivery(trx, { organizationId, deliveryId }),
      );
      if (found === null) throw noDelivery();
      return toDetail(found);
    },
  });
}

function testRoute(app: HttpApp, { delivery }: HttpContext): void {
  app.route<{ Params: { id: string } }>({
    method: 'POST',
    url: '/api/destinations/:id/test',
    schema: {
      tags,
      summary: 'Send a real test message now and see the answer',
      response: { 200: deliveryDetailSchema },
    },
    handler: async (request) => {
      const key = toDestinationKey(await requireDestinations(request), request.params.id);
      const sent = await sendTest(delivery, key).catch(refuseDestination);
      if (sent === null) throw noDestination();
      return toDetail(sent);
    },
  });
}

function replayRoutes(app: HttpApp, { databases, clock }: HttpContext): void {
  app.route<{ Params: { id: string } }>({
    method: 'POST',
    url: '/api/deliveries/:id/replay',
    schema: {
      tags,
      summary: 'Send a delivery of the last 30 days again, under the same id',
      response: { 200: deliveryDetailSchema },
    },
    handler: async (request) => {
      const access = await requireDestinations(request);
      const { organizationId } = access;
      const deliveryId = toDeliveryId(request.params.id);
      const order = { organizationId, deliveryId, actor: toActor(access), now: new Date(clock.now()) };
      const found = await withTenant(databases, organizationId, async (trx) =>
        (await replayDelivery(trx, order)) ? readDelivery(trx, order) : null,
      ).catch(refuseDestination);
      if (found === null) throw noDelivery();
      return toDetail(found);
    },
  });
  app.route({
    method: 'POST',
    url: '/api/destinations/:id/replay',
    schema: {
      tags,
      summary: 'Send again what a destination missed in a range of the last 30 days',
      body: replayRangeSchema,
      response: { 200: replayedSchema },
    },
    handler: async (request) => {
      const key = toDestinationKey(await requireDestinations(request), (request.params as { id: string }).id);
      const now = new Date(clock.now());
      const { from, to, states } = request.body;
      const range = { ...key, now, from: new Date(from), to: to === undefined ? now : new Date(to), states };
      const replayed = await withTenant(databases, key.organizationId, (trx) => replayDeliveries(trx, range)).catch(
        refuseDestination,
      );
      if (replayed === null) throw noDestination();
      return replayed;
    },
  });
}

const noDelivery = (): Problem => notFound('The delivery');

function toDeliveryId(text: string): DeliveryId {
  const id = parseUuid<DeliveryId>(text);
  if (id === null) throw noDelivery();
  return id;
}

function toCursor({ createdAt, id }: DeliveryPlace): string {
  return `${createdAt.getTime()}_${id}`;
}

function parseCursor(text: string | undefined): DeliveryPlace | null {
  const [at = '', id = ''] = text?.split('_') ?? [];
  const deliveryId = parseUuid<DeliveryId>(id);
  return deliveryId === null ? null : { createdAt: new Date(Number(at)), id: deliveryId };
}

function toAnswer(seen: DeliverySeen): Delivery {
  const { campaignId, campaignName, state, nextTryAt } = seen;
  return {
    ...seen,
    campaign: campaignId === null ? null : { id: campaignId, name: campaignName ?? '' },
    at: seen.at.toISOString(),
    createdAt: seen.createdAt.toISOString(),
    finishedAt: seen.finishedAt?.toISOString() ?? null,
    nextTryAt: state === 'waiting' ? nextTryAt.toISOString() : null,
  };
}

function toDetail(seen: DeliveryDetailSeen): DeliveryDetail {
  const attempts = seen.attempts.map((attempt) => ({ ...attempt, at: attempt.at.toISOString() }));
  return { ...toAnswer(seen), payload: { ...seen.payload }, attempts };
}
