import type { FastifyRequest } from 'fastify';
import { attentionAnswerSchema, attentionSchema, digestSchema } from '../contract/attention.ts';
import { precisionSchema, suggestionListSchema } from '../contract/signal.ts';
import { signalRulesSchema } from '../contract/signal-rules.ts';
import { withTenant } from '../db/with-tenant.ts';
import { isQuiet } from '../domain/attention.ts';
import { readAttention, storeAttention } from '../signals/attention.ts';
import { readDigest } from '../signals/read-digest.ts';
import { PRECISION_DAYS, readPrecision, readSuggestions, type Suggestion } from '../signals/read-precision.ts';
import { changeSignalRules, readSignalRules } from '../signals/signal-rules.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAccess } from './require-access.ts';
import { requireAdmin, toActor } from './require-admin.ts';
import { requireSession } from './require-session.ts';
import { toSignalAnswer } from './to-signal-answer.ts';

const tags = ['signals'];

/** The rules' numbers and how good they are, and what each member wants to hear. */
export function signalSettingsRoutes(app: HttpApp, context: HttpContext): void {
  addRuleRoutes(app, context);
  addQualityRoutes(app, context);
  addAttentionRoutes(app, context);
}

function addRuleRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signals/rules',
    schema: { tags, summary: "The rules' numbers", response: { 200: signalRulesSchema } },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      return withTenant(context.databases, organizationId, (trx) => readSignalRules(trx, organizationId));
    },
  });
  app.route({
    method: 'PUT',
    url: '/api/signals/rules',
    schema: {
      tags,
      summary: "Replace the rules' numbers; they hold for the next open",
      body: signalRulesSchema,
      response: { 200: signalRulesSchema },
    },
    handler: async (request) => {
      const access = await requireAdmin(request);
      const { organizationId } = access;
      return withTenant(context.databases, organizationId, (trx) =>
        changeSignalRules(trx, { organizationId, actor: toActor(access), rules: request.body }),
      );
    },
  });
}

function addQualityRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signals/precision',
    schema: {
      tags,
      summary: "Per rule how often it was right, with the sample: a member's own, for an admin the organization's",
      response: { 200: precisionSchema },
    },
    handler: async (request) => {
      const { organizationId, role, memberId } = await requireAccess(request, 'read:stats');
      const question = { organizationId, ofMember: role === 'member' ? memberId : null, now: context.clock.now() };
      const data = await withTenant(context.databases, organizationId, (trx) => readPrecision(trx, question));
      return { days: PRECISION_DAYS, data: [...data] };
    },
  });
  app.route({
    method: 'GET',
    url: '/api/signals/suggestions',
    schema: { tags, summary: 'Rules that were mostly noise', response: { 200: suggestionListSchema } },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const data = await withTenant(context.databases, organizationId, async (trx) => {
        const rules = await readSignalRules(trx, organizationId);
        return readSuggestions(trx, { organizationId, now: context.clock.now(), rules });
      });
      return { data: data.map((suggestion) => ({ ...suggestion, sentence: toSentence(suggestion) })) };
    },
  });
}

function toSentence({ noise, of, change }: Suggestion): string {
  const way = change === null ? 'Switch it off?' : `Try ${change.to} instead of ${change.from}?`;
  return `This rule was noise ${noise} of the last ${of} times. ${way}`;
}

function addAttentionRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signals/attention',
    schema: { tags, summary: 'When and how I want to hear of signals', response: { 200: attentionAnswerSchema } },
    handler: (request) => answerAttention(context, request),
  });
  app.route({
    method: 'PUT',
    url: '/api/signals/attention',
    schema: {
      tags,
      summary: 'Replace it: quiet hours, minimum level, digest',
      body: attentionSchema,
      response: { 200: attentionAnswerSchema },
    },
    handler: async (request) => {
      const { organizationId, memberId } = await requireSession(request);
      const change = { organizationId, memberId, attention: request.body, now: context.clock.now() };
      await withTenant(context.databases, organizationId, (trx) => storeAttention(trx, change));
      return answerAttention(context, request);
    },
  });
  app.route({
    method: 'GET',
    url: '/api/signals/digest',
    schema: {
      tags,
      summary: 'What waited for me: raised in quiet hours or below my minimum level',
      response: { 200: digestSchema },
    },
    handler: async (request) => {
      const { organizationId, memberId } = await requireSession(request);
      const question = { organizationId, memberId, now: context.clock.now() };
      const digest = await withTenant(context.databases, organizationId, (trx) => readDigest(trx, question));
      return {
        since: digest.since.toISOString(),
        data: digest.signals.map(toSignalAnswer),
        moreOpens: digest.moreOpens,
      };
    },
  });
}

async function answerAttention(context: HttpContext, request: FastifyRequest) {
  const { organizationId, memberId } = await requireSession(request);
  const { timeZone, ...attention } = await withTenant(context.databases, organizationId, (trx) =>
    readAttention(trx, { organizationId, memberId }),
  );
  const { quietHours } = attention;
  return {
    ...attention,
    timezone: timeZone,
    isQuietNow: quietHours !== null && isQuiet(quietHours, context.clock.now(), timeZone),
    hasMail: context.mailer !== null,
  };
}
