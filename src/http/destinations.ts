import {
  changeDestinationSchema,
  createDestinationSchema,
  createdDestinationSchema,
  destinationListSchema,
  destinationSchema,
  rotatedSecretSchema,
} from '../contract/destination.ts';
import { withTenant } from '../db/with-tenant.ts';
import {
  changeDestination,
  type DestinationChanges,
  deleteDestination,
  rotateSecret,
  setDestinationState,
} from '../deliver/change-destination.ts';
import { createDestination } from '../deliver/create-destination.ts';
import { readDestinations } from '../deliver/read-destinations.ts';
import type { CampaignId } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import {
  findDestination,
  noDestination,
  refuseDestination,
  toDestinationAnswer,
  toDestinationKey,
} from './find-destination.ts';
import { toActor } from './require-admin.ts';
import { requireDestinations } from './require-destinations.ts';

const tags = ['destinations'];

/** Where deliveries go: for admins, and for keys with write:destinations. Creating one sends nothing. */
export function destinationRoutes(app: HttpApp, context: HttpContext): void {
  createRoutes(app, context);
  changeRoutes(app, context);
  stateRoutes(app, context);
}

function createRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'POST',
    url: '/api/destinations',
    schema: {
      tags,
      summary: "Add a destination; a webhook's secret is answered once",
      body: createDestinationSchema,
      response: { 201: createdDestinationSchema },
    },
    handler: async (request, reply) => {
      const access = await requireDestinations(request);
      const { organizationId } = access;
      const { campaignIds = null, minimumLevel = null, url, token, ...rest } = request.body;
      const draft = {
        ...rest,
        url,
        token,
        organizationId,
        actor: toActor(access),
        minimumLevel,
        campaignIds: campaignIds as readonly CampaignId[] | null,
      };
      const answer = await withTenant(context.databases, organizationId, async (trx) => {
        const { id, secret } = await createDestination(trx, context.delivery, draft);
        return { ...(await findDestination(trx, { organizationId, destinationId: id })), secret };
      }).catch(refuseDestination);
      return reply.code(201).send(answer);
    },
  });
  app.route({
    method: 'GET',
    url: '/api/destinations',
    schema: { tags, summary: 'Destinations with their health, by name', response: { 200: destinationListSchema } },
    handler: async (request) => {
      const { organizationId } = await requireDestinations(request);
      const all = await withTenant(context.databases, organizationId, (trx) =>
        readDestinations(trx, { organizationId }),
      );
      return { data: all.map(toDestinationAnswer) };
    },
  });
}

function changeRoutes(app: HttpApp, context: HttpContext): void {
  app.route<{ Params: { id: string } }>({
    method: 'GET',
    url: '/api/destinations/:id',
    schema: { tags, summary: 'One destination', response: { 200: destinationSchema } },
    handler: async (request) => {
      const key = toDestinationKey(await requireDestinations(request), request.params.id);
      return withTenant(context.databases, key.organizationId, (trx) => findDestination(trx, key));
    },
  });
  app.route({
    method: 'PATCH',
    url: '/api/destinations/:id',
    schema: {
      tags,
      summary: 'Change a destination; what is left out stays',
      body: changeDestinationSchema,
      response: { 200: destinationSchema },
    },
    handler: async (request) => {
      const key = toDestinationKey(await requireDestinations(request), (request.params as { id: string }).id);
      const order = { tools: context.delivery, changes: request.body as DestinationChanges };
      return withTenant(context.databases, key.organizationId, async (trx) => {
        if (!(await changeDestination(trx, key, order))) throw noDestination();
        return findDestination(trx, key);
      }).catch(refuseDestination);
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'DELETE',
    url: '/api/destinations/:id',
    schema: { tags, summary: 'Delete a destination with its deliveries and their log' },
    handler: async (request, reply) => {
      const key = toDestinationKey(await requireDestinations(request), request.params.id);
      const isFound = await withTenant(context.databases, key.organizationId, (trx) => deleteDestination(trx, key));
      if (!isFound) throw noDestination();
      return reply.code(204).send();
    },
  });
}

function stateRoutes(app: HttpApp, context: HttpContext): void {
  for (const [verb, state, summary] of STATE_VERBS)
    app.route<{ Params: { id: string } }>({
      method: 'POST',
      url: `/api/destinations/:id/${verb}`,
      schema: { tags, summary, response: { 200: destinationSchema } },
      handler: async (request) => {
        const key = toDestinationKey(await requireDestinations(request), request.params.id);
        const order = { state, now: new Date(context.clock.now()) };
        return withTenant(context.databases, key.organizationId, async (trx) => {
          if (!(await setDestinationState(trx, key, order))) throw noDestination();
          return findDestination(trx, key);
        }).catch(refuseDestination);
      },
    });
  app.route<{ Params: { id: string } }>({
    method: 'POST',
    url: '/api/destinations/:id/rotate-secret',
    schema: {
      tags,
      summary: 'A new secret for a webhook; the old one signs along for 24 hours',
      response: { 200: rotatedSecretSchema },
    },
    handler: async (request) => {
      const key = toDestinationKey(await requireDestinations(request), request.params.id);
      const tools = { secretKey: context.delivery.secretKey, now: new Date(context.clock.now()) };
      const rotated = await withTenant(context.databases, key.organizationId, (trx) =>
        rotateSecret(trx, key, tools),
      ).catch(refuseDestination);
      if (rotated === null) throw noDestination();
      return { secret: rotated.secret, previousUntil: rotated.previousUntil.toISOString() };
    },
  });
}

const STATE_VERBS = [
  ['pause', 'paused', 'Stop sending for now; what is owed waits'],
  ['resume', 'active', 'Send again, after a pause or after it was disabled'],
] as const;
