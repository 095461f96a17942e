import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { signatureSchema } from '../contract/signature.ts';
import { templateListSchema, templateSchema } from '../contract/signature-template.ts';
import type { DepartmentId, TemplateId } from '../domain/ids.ts';

let databases: TestDatabase;
let http: StartedHttp;
let owner: SignedIn;
let member: SignedIn;
let stranger: SignedIn;
let sales: DepartmentId;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  owner = await signUpOwner(http);
  stranger = await signUpOwner(http, 'Sven Stranger');
  sales = (await owner.post('/api/departments', { name: 'Sales' })).body.id;
  member = await joinOrganization(http, owner.organizationId, { departmentId: sales, name: 'Max "<b>" Member' });
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

const PATH = '/api/signature-templates';
let made = 0;
async function make(html: string, who = owner): Promise<string> {
  made += 1;
  const answer = await who.post(PATH, { name: `Template ${made}`, html });
  expect(answer.status).toBe(201);
  return templateSchema.strict().parse(answer.body).id;
}
const readMine = async () => signatureSchema.strict().parse((await member.get('/api/signatures/me')).body);

test('a template becomes the signature of whom it is assigned to, with fields escaped and the pixel behind it', async () => {
  const id = await make('<p style="color:#333333">{{full_name}} of {{department}}</p>');
  expect((await owner.send('PUT', `${PATH}/${id}/assignments`, { userIds: [member.memberId] })).status).toBe(200);
  const mine = await readMine();
  expect(mine.html).toMatch(
    /^<p style="color:#333333">Max &quot;&lt;b&gt;&quot; Member of Sales<\/p><table [^>]*><tbody><tr><td [^>]*><img /,
  );
  expect(mine.html).toContain(`<img src="${mine.pixelUrl}" width="1" height="1" alt=""`);
  expect(mine.text).toBe('-- \nMax "<b>" Member of Sales\n');
  expect(await readMine()).toEqual(mine);
  expect((await owner.send('DELETE', `${PATH}/${id}`)).status).toBe(204);
  expect((await readMine()).template.assignedBy).toBe('default');
});

test('the most specific wins and is told: campaign, member, department, organization, default', async () => {
  const assign = async (targets: object) => {
    const id = await make('<p>{{email}}</p>');
    expect((await owner.send('PUT', `${PATH}/${id}/assignments`, targets)).status).toBe(200);
    return id;
  };
  const seen = async () => (await readMine()).template;
  expect(await seen()).toEqual({ id: null, name: 'Default', assignedBy: 'default' });
  const all = await assign({ organization: true });
  expect(await seen()).toMatchObject({ id: all, assignedBy: 'organization' });
  const department = await assign({ departmentIds: [sales] });
  expect(await seen()).toMatchObject({ id: department, assignedBy: 'department' });
  const own = await assign({ userIds: [member.memberId] });
  expect(await seen()).toMatchObject({ id: own, assignedBy: 'member' });
  const later = await assign({ userIds: [member.memberId], organization: true });
  expect(await seen()).toMatchObject({ id: later, assignedBy: 'member' });
  expect((await owner.get(`${PATH}/${own}`)).body.assignments).toEqual({
    organization: false,
    departmentIds: [],
    userIds: [],
  });
  await owner.send('DELETE', `${PATH}/${later}`);
  expect(await seen()).toMatchObject({ id: department, assignedBy: 'department' });
});

test('the starters can be made as they are, and a preview with a real member holds no pixel', async () => {
  const list = templateListSchema.strict().parse((await owner.get(PATH)).body);
  expect(list.starters.length).toBeGreaterThanOrEqual(2);
  for (const starter of list.starters) {
    const preview = await owner.post(`${PATH}/preview`, { html: starter.html, userId: member.memberId });
    expect(preview.status).toBe(200);
    expect(preview.body.html).toContain('Max &quot;&lt;b&gt;&quot; Member');
    expect(preview.body.html).not.toContain('<img');
    await make(starter.html);
  }
  expect((await owner.post(`${PATH}/preview`, { html: 'x', userId: stranger.memberId })).status).toBe(404);
});

test('two saves of one name at once: one is kept, the other told', async () => {
  const both = await Promise.all([1, 2].map(() => owner.post(PATH, { name: 'Raced', html: 'x' })));
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
});

test('a template that the rules no longer allow is not rendered: the member has the default signature', async () => {
  const id = await make('<p>{{full_name}}</p>');
  await owner.send('PUT', `${PATH}/${id}/assignments`, { userIds: [member.memberId] });
  expect((await readMine()).template.id).toBe(id);
  await databases.system
    .updateTable('signature_templates')
    .set({ html: '<script>alert(1)</script>' })
    .where('id', '=', id as TemplateId)
    .execute();
  const mine = await readMine();
  expect(mine.template).toEqual({ id: null, name: 'Default', assignedBy: 'default' });
  expect(mine.html).not.toContain('script');
});

describe('what is refused', () => {
  test('unsafe markup and unknown fields name what to change, and nothing is stored', async () => {
    const before = (await owner.get(PATH)).body.data.length;
    const unsafe = await owner.post(PATH, { name: 'Bad', html: '<p>x</p>\n<script>alert(1)</script>' });
    expect(unsafe.status).toBe(400);
    expect(unsafe.body.errors[0]).toEqual({ field: 'html', detail: 'line 2: <script> is not allowed' });
    const unknown = await owner.post(PATH, { name: 'Bad', html: '{{nickname}}' });
    expect(unknown.status).toBe(400);
    expect(unknown.body).toMatchObject({ code: 'unknown_field', detail: expect.stringContaining('{{nickname}}') });
    expect((await owner.get(PATH)).body.data).toHaveLength(before);
  });

  test('a name twice is 409, a target of another organization 400, its template 404', async () => {
    const id = await make('x');
    const name = (await owner.get(`${PATH}/${id}`)).body.name;
    expect((await owner.post(PATH, { name, html: 'y' })).status).toBe(409);
    const foreign = await owner.send('PUT', `${PATH}/${id}/assignments`, { userIds: [stranger.memberId] });
    expect(foreign.status).toBe(400);
    expect((await stranger.get(`${PATH}/${id}`)).status).toBe(404);
    expect((await stranger.send('PUT', `${PATH}/${id}`, { name: 'Mine', html: 'x' })).status).toBe(404);
    expect((await stranger.send('DELETE', `${PATH}/${id}`)).status).toBe(404);
  });

  test('a member is 403, signed out 401', async () => {
    expect((await member.get(PATH)).status).toBe(403);
    expect((await member.post(PATH, { name: 'x', html: 'x' })).status).toBe(403);
    expect((await http.send('GET', PATH)).status).toBe(401);
  });
});
