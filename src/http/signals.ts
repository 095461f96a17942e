import {
  addMuteSchema,
  muteListSchema,
  muteSchema,
  type Signal,
  signalListSchema,
  signalOutcomeSchema,
  signalQuerySchema,
  signalSchema,
} from '../contract/signal.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type CampaignId, type MemberId, parseUuid, type SignalId, type SignalMuteId } from '../domain/ids.ts';
import type { SignalOutcome } from '../domain/signal.ts';
import { addMute, type Mute, readMutes, removeMute } from '../signals/mutes.ts';
import { readSignals } from '../signals/read-signals.ts';
import { SignalError } from '../signals/signal-error.ts';
import { storeOutcome } from '../signals/store-outcome.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound, Problem } from './problem.ts';
import { type Access, requireAccess } from './require-access.ts';
import { requireSession } from './require-session.ts';
import { toSignalAnswer } from './to-signal-answer.ts';

const tags = ['signals'];

/** What is worth a call, what came of it, and what a member wants to hear no more of. */
export function signalRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signals',
    schema: {
      tags,
      summary: "Signals, newest first: a member's own, for an admin the organization's",
      querystring: signalQuerySchema,
      response: { 200: signalListSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'read:events');
      const { limit, cursor = null, ...filter } = request.query;
      const question = toSignalsQuestion(access, filter, context.clock.now());
      const page = await withTenant(context.databases, access.organizationId, (trx) =>
        readSignals(trx, { ...question, limit, after: cursor }),
      );
      return { data: page.data.map(toSignalAnswer), next: page.next };
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'POST',
    url: '/api/signals/:id/outcome',
    schema: {
      tags,
      summary: 'Say what became of a signal; a later answer replaces it, null takes it back',
      body: signalOutcomeSchema,
      response: { 200: signalSchema },
    },
    handler: async (request) => {
      const access = await requireAccess(request, 'admin');
      return answer(context, access, {
        id: request.params.id,
        outcome: (request.body as { outcome: SignalOutcome | null }).outcome,
      });
    },
  });
  addMuteRoutes(app, context);
}

function addMuteRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signals/mutes',
    schema: { tags, summary: 'What I have muted', response: { 200: muteListSchema } },
    handler: async (request) => {
      const { organizationId, memberId } = await requireSession(request);
      const mutes = await withTenant(context.databases, organizationId, (trx) =>
        readMutes(trx, { organizationId, memberId }),
      );
      return { data: mutes.map(toMuteAnswer) };
    },
  });
  app.route({
    method: 'POST',
    url: '/api/signals/mutes',
    schema: {
      tags,
      summary: 'Mute a campaign or a rule for myself: its signals are kept and told to nobody',
      body: addMuteSchema,
      response: { 201: muteSchema },
    },
    handler: async (request, reply) => {
      const { organizationId, memberId } = await requireSession(request);
      const { campaignId = null, rule = null } = request.body;
      const wish = { organizationId, memberId, campaignId: campaignId as CampaignId | null, rule };
      const mute = await withTenant(context.databases, organizationId, (trx) =>
        addMute(trx, { ...wish, now: context.clock.now() }).catch(refuse),
      );
      return reply.code(201).send(toMuteAnswer(mute));
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'DELETE',
    url: '/api/signals/mutes/:id',
    schema: { tags, summary: 'Hear of it again' },
    handler: async (request, reply) => {
      const { organizationId, memberId } = await requireSession(request);
      const muteId = parseUuid<SignalMuteId>(request.params.id);
      if (muteId === null) throw notFound('The mute');
      await withTenant(context.databases, organizationId, (trx) =>
        removeMute(trx, { organizationId, memberId, muteId }).catch(refuse),
      );
      return reply.code(204).send();
    },
  });
}

interface SignalFilter {
  readonly state: 'all' | 'current';
  readonly userId?: string | undefined;
  readonly campaignId?: string | undefined;
}

/** A member asks about their own signals, whomever they name. */
export function toSignalsQuestion(access: Access, { state, userId, campaignId }: SignalFilter, now: number) {
  return {
    organizationId: access.organizationId,
    ofMember: toOfMember(access) ?? (userId as MemberId | undefined) ?? null,
    ofCampaign: (campaignId as CampaignId | undefined) ?? null,
    currentAt: state === 'current' ? new Date(now) : null,
  };
}

/** Null: of everybody. */
function toOfMember({ role, memberId }: Access): MemberId | null {
  return role === 'member' ? memberId : null;
}

async function answer(
  context: HttpContext,
  access: Access,
  { id, outcome }: { readonly id: string; readonly outcome: SignalOutcome | null },
): Promise<Signal> {
  const { organizationId, memberId } = access;
  const signalId = parseUuid<SignalId>(id);
  if (signalId === null) throw notFound('The signal');
  const told = { organizationId, signalId, ofMember: toOfMember(access), memberId, outcome, now: context.clock.now() };
  return withTenant(context.databases, organizationId, async (trx) => {
    await storeOutcome(trx, told).catch(refuse);
    const question = { organizationId, ofMember: null, ids: [signalId], limit: 1, after: null };
    const [signal] = (await readSignals(trx, question)).data;
    if (!signal) throw notFound('The signal');
    return toSignalAnswer(signal);
  });
}

function refuse(error: unknown): never {
  if (!(error instanceof SignalError)) throw error;
  throw new Problem(error.code === 'too_many_mutes' ? 409 : 404, error.message, { code: error.code });
}

function toMuteAnswer({ createdAt, ...mute }: Mute) {
  return { ...mute, createdAt: createdAt.toISOString() };
}
