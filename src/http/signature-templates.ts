import {
  type TemplateAnswer,
  templateDraftSchema,
  templateListSchema,
  templatePreviewSchema,
  templateRenderingSchema,
  templateSchema,
  templateTargetsSchema,
} from '../contract/signature-template.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type DepartmentId, type MemberId, parseUuid, type TemplateId } from '../domain/ids.ts';
import { assignTemplate } from '../signatures/assign-template.ts';
import { MEMBER_FIELDS } from '../signatures/merge-fields.ts';
import { previewTemplate } from '../signatures/preview-template.ts';
import { readTemplates, type Template } from '../signatures/read-templates.ts';
import { deleteTemplate, saveTemplate } from '../signatures/save-template.ts';
import { STARTER_TEMPLATES } from '../signatures/starter-templates.ts';
import { TemplateError } from '../signatures/template-error.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { notFound, Problem } from './problem.ts';
import type { Access } from './require-access.ts';
import { requireAdmin, toActor } from './require-admin.ts';

const tags = ['signatures'];

/** Admins write the templates and say whom each is for. */
export function signatureTemplateRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signature-templates',
    schema: { tags, summary: 'Signature templates, by name', response: { 200: templateListSchema } },
    handler: async (request) => {
      const { organizationId } = await requireAdmin(request);
      const templates = await withTenant(context.databases, organizationId, (trx) =>
        readTemplates(trx, { organizationId }),
      );
      const starters = STARTER_TEMPLATES.map((starter) => ({ ...starter }));
      return { data: templates.map(toAnswer), next: null, starters, fields: [...MEMBER_FIELDS] };
    },
  });
  app.route({
    method: 'POST',
    url: '/api/signature-templates',
    schema: { tags, summary: 'Make a template', body: templateDraftSchema, response: { 201: templateSchema } },
    handler: async (request, reply) => {
      const access = await requireAdmin(request);
      return reply.code(201).send(await save(context, access, { ...request.body, id: null }));
    },
  });
  app.route({
    method: 'POST',
    url: '/api/signature-templates/preview',
    schema: {
      tags,
      summary: 'What a template looks like for a member',
      body: templatePreviewSchema,
      response: { 200: templateRenderingSchema },
    },
    handler: async (request) => {
      const { organizationId, memberId } = await requireAdmin(request);
      const { userId = memberId, html, ownFields } = request.body;
      const question = { organizationId, memberId: userId as MemberId, html, ownFields };
      const rendering = await withTenant(context.databases, organizationId, (trx) =>
        previewTemplate(trx, question).catch(refuse),
      );
      if (rendering === null) throw notFound('The member');
      return { ...rendering, warnings: [...rendering.warnings] };
    },
  });
  addOneRoutes(app, context);
}

function addOneRoutes(app: HttpApp, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/api/signature-templates/:id',
    schema: { tags, summary: 'One template', response: { 200: templateSchema } },
    handler: async (request) => readOne(context, await requireAdmin(request), toId(request.params)),
  });
  app.route({
    method: 'PUT',
    url: '/api/signature-templates/:id',
    schema: { tags, summary: 'Change a template', body: templateDraftSchema, response: { 200: templateSchema } },
    handler: async (request) => {
      const access = await requireAdmin(request);
      return save(context, access, { ...request.body, id: toId(request.params) });
    },
  });
  app.route({
    method: 'PUT',
    url: '/api/signature-templates/:id/assignments',
    schema: {
      tags,
      summary: 'Say whom the template is for: the most specific wins',
      body: templateTargetsSchema,
      response: { 200: templateSchema },
    },
    handler: async (request) => {
      const access = await requireAdmin(request);
      const { organizationId } = access;
      const id = toId(request.params);
      const { organization, departmentIds, userIds } = request.body;
      const targets = {
        organization,
        departmentIds: departmentIds as string[] as DepartmentId[],
        userIds: userIds as string[] as MemberId[],
      };
      await withTenant(context.databases, organizationId, (trx) =>
        assignTemplate(trx, { organizationId, actor: toActor(access), id, targets }).catch(refuse),
      );
      return readOne(context, access, id);
    },
  });
  app.route({
    method: 'DELETE',
    url: '/api/signature-templates/:id',
    schema: { tags, summary: 'Delete a template; who had it gets the next one that is for them' },
    handler: async (request, reply) => {
      const access = await requireAdmin(request);
      const { organizationId } = access;
      const order = { organizationId, actor: toActor(access), id: toId(request.params) };
      await withTenant(context.databases, organizationId, (trx) => deleteTemplate(trx, order).catch(refuse));
      return reply.code(204).send();
    },
  });
}

interface Draft {
  readonly id: TemplateId | null;
  readonly name: string;
  readonly html: string;
  readonly ownFields: Readonly<Record<string, string>>;
}

async function save(context: HttpContext, access: Access, draft: Draft): Promise<TemplateAnswer> {
  const { organizationId } = access;
  const order = { ...draft, organizationId, actor: toActor(access), now: context.clock.now() };
  const id = await withTenant(context.databases, organizationId, (trx) => saveTemplate(trx, order).catch(refuse));
  return readOne(context, access, id);
}

async function readOne(context: HttpContext, access: Access, id: TemplateId): Promise<TemplateAnswer> {
  const { organizationId } = access;
  const [template] = await withTenant(context.databases, organizationId, (trx) =>
    readTemplates(trx, { organizationId, id }),
  );
  if (template === undefined) throw notFound('The template');
  return toAnswer(template);
}

function toId(params: unknown): TemplateId {
  const id = parseUuid<TemplateId>(String((params as { id?: unknown }).id));
  if (id === null) throw notFound('The template');
  return id;
}

function toAnswer({ targets, ownFields, updatedAt, ...template }: Template): TemplateAnswer {
  const { organization, departmentIds, userIds } = targets;
  return {
    ...template,
    ownFields: { ...ownFields },
    assignments: { organization, departmentIds: [...departmentIds], userIds: [...userIds] },
    updatedAt: updatedAt.toISOString(),
  };
}

function refuse(error: unknown): never {
  if (!(error instanceof TemplateError)) throw error;
  const { code, field, findings } = error;
  if (code === 'unknown_template') throw notFound('The template');
  const errors = findings.map((detail) => ({ field: field ?? 'html', detail }));
  throw new Problem(code === 'name_taken' ? 409 : 400, error.message, { code, errors });
}
