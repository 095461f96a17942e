import { createDepartment, deleteDepartment, readDepartments, renameDepartment } from '../accounts/departments.ts';
import { PeopleError } from '../accounts/people-error.ts';
import { departmentDraftSchema, departmentListSchema, departmentSchema } from '../contract/department.ts';
import { pageQuerySchema } from '../contract/page-query.ts';
import { withTenant } from '../db/with-tenant.ts';
import { type DepartmentId, parseUuid } from '../domain/ids.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { requireAdmin, toActor } from './require-admin.ts';
import { requireSession } from './require-session.ts';

const tags = ['people'];

/** Everybody sees the departments; admins make, rename and delete them. */
export function departmentRoutes(app: HttpApp, context: HttpContext): void {
  const { databases } = context;
  app.route({
    method: 'GET',
    url: '/api/departments',
    schema: {
      tags,
      summary: 'Departments, by name',
      querystring: pageQuerySchema,
      response: { 200: departmentListSchema },
    },
    handler: async (request) => {
      const { organizationId } = await requireSession(request);
      const { limit, cursor } = request.query;
      const after = cursor === undefined ? null : parseUuid<DepartmentId>(cursor);
      const page = await withTenant(databases, organizationId, (trx) =>
        readDepartments(trx, { organizationId, limit, after }),
      );
      return { data: [...page.data], next: page.next };
    },
  });
  app.route({
    method: 'POST',
    url: '/api/departments',
    schema: {
      tags,
      summary: 'Make a department',
      body: departmentDraftSchema,
      response: { 201: departmentSchema },
    },
    handler: async (request, reply) => {
      const session = await requireAdmin(request);
      const { organizationId } = session;
      const draft = { organizationId, actor: toActor(session), name: request.body.name };
      return reply.code(201).send(await withTenant(databases, organizationId, (trx) => createDepartment(trx, draft)));
    },
  });
  app.route<{ Params: { id: string }; Body: { name: string } }>({
    method: 'PATCH',
    url: '/api/departments/:id',
    schema: { tags, summary: 'Rename a department', body: departmentDraftSchema },
    handler: async (request, reply) => {
      const session = await requireAdmin(request);
      const { organizationId } = session;
      const change = { organizationId, actor: toActor(session), id: toId(request.params.id), name: request.body.name };
      await withTenant(databases, organizationId, (trx) => renameDepartment(trx, change));
      return reply.code(204).send();
    },
  });
  app.route<{ Params: { id: string } }>({
    method: 'DELETE',
    url: '/api/departments/:id',
    schema: { tags, summary: 'Delete a department; its members are in none afterwards' },
    handler: async (request, reply) => {
      const session = await requireAdmin(request);
      const { organizationId } = session;
      const act = { organizationId, actor: toActor(session), id: toId(request.params.id) };
      await withTenant(databases, organizationId, (trx) => deleteDepartment(trx, act));
      return reply.code(204).send();
    },
  });
}

function toId(text: string): DepartmentId {
  const id = parseUuid<DepartmentId>(text);
  if (id === null) throw new PeopleError('unknown_department', 'The department was not found.');
  return id;
}
