import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callOperation, type Operation, type OperationAnswer, readOperations } from '../../tests/support/operations.ts';
import { joinOrganization, type SignedIn, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { DEFAULT_TRACKING_SETTINGS } from '../domain/settings.ts';

// Every operation of the published document is called by an owner, an admin, a member and a stranger, on things that are
// there and on things that are not; each answer's status, type and body must be what the document says.

let databases: TestDatabase;
let http: StartedHttp;
let document: OpenapiDocument;
let operations: readonly Operation[];
let check: (operation: Operation, answer: OperationAnswer) => string | null;

interface OpenapiResponse {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface OpenapiDocument {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, OpenapiResponse> }>>;
}

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
  document = (await http.send('GET', '/api/openapi.json')).body;
  operations = await readOperations(http);
  check = createCheck(document);
});
afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

/** What is wrong with an answer, or null. */
function createCheck(openapi: OpenapiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(openapi, 'openapi');
  return ({ method, path }: Operation, { status, type, text }: OperationAnswer): string | null => {
    const responses = openapi.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const key = String(status) in responses ? String(status) : status >= 400 ? 'default' : null;
    if (key === null) return `answered ${status}, which the document does not name`;
    const content = responses[key]?.content;
    if (content === undefined || Object.keys(content).length === 0)
      return text === '' ? null : `answered ${status} with a body, and the document names none`;
    if (!(type in content)) return `answered ${status} as "${type}", the document says ${Object.keys(content)}`;
    if (!/[/+]json$/.test(type) || content[type]?.schema === undefined) return null;
    const place = ['paths', path, method.toLowerCase(), 'responses', key, 'content', type, 'schema'];
    const pointer = place.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).map(encodeURIComponent);
    const validate = ajv.compile({ $ref: `openapi#/${pointer.join('/')}` });
    return validate(JSON.parse(text)) ? null : `answered ${status}: ${ajv.errorsText(validate.errors)}`;
  };
}

interface Cast {
  readonly owner: SignedIn;
  readonly admin: SignedIn;
  readonly member: SignedIn;
  /** Of the organization, by the part of a path that precedes it. */
  readonly ids: Readonly<Record<string, string>>;
  readonly departmentId: string;
}

async function makeCast(): Promise<Cast> {
  const owner = await signUpOwner(http);
  const admin = await joinOrganization(http, owner.organizationId, { role: 'admin' });
  const member = await joinOrganization(http, owner.organizationId);
  const department = await owner.post('/api/departments', { name: 'Sales' });
  const campaign = await owner.post('/api/campaigns', {
    name: 'Proposal',
    audience: { everyone: true },
    variants: [{ label: 'A' }, { label: 'B' }],
  });
  await owner.post(`/api/campaigns/${campaign.body.id}/launch`);
  const template = await owner.post('/api/signature-templates', { name: 'Plain', html: '<p>{{full_name}}</p>' });
  const key = await owner.post('/api/keys', { name: 'report', scopes: ['read:stats'] });
  const invitation = await owner.post('/api/invitations', { email: `${randomUUID()}@example.com`, role: 'member' });
  const sessions = await owner.get('/api/sessions');
  const at = Math.floor(Date.now() / 900_000) * 900_000;
  for (const whose of [owner, member, { ...owner, campaignId: campaign.body.id }])
    await storeSlots(databases, whose, [{ at, opens: 5, uniques: 2, device: 'mobile' }]);
  return {
    owner,
    admin,
    member,
    departmentId: department.body.id,
    ids: {
      campaigns: campaign.body.id,
      departments: department.body.id,
      'signature-templates': template.body.id,
      keys: key.body.id,
      invitations: invitation.body.id,
      sessions: sessions.body.data?.[0]?.id ?? randomUUID(),
      members: member.memberId,
      user: member.memberId,
    },
  };
}

/** Reading first, deleting last, so that what one takes away the others have seen. */
const ORDER = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'];
const inOrder = (all: readonly Operation[]) =>
  [...all].sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));

const cookieOf = (person: SignedIn) => ({ cookie: person.cookie });

async function signInAgain({ memberId }: SignedIn): Promise<Record<string, string>> {
  const { user_id: personId } = await databases.system
    .selectFrom('organization_users')
    .where('id', '=', memberId)
    .select('user_id')
    .executeTakeFirstOrThrow();
  const body = { personId };
  const started = await http.context.auth.api.startSession({ body, headers: new Headers(), returnHeaders: true });
  return { cookie: started.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

test.each(['owner', 'admin', 'member'] as const)(
  'each answer to the %s is as published',
  async (role) => {
    const cast = await makeCast();
    const person = cast[role];
    let headers: Record<string, string> = cookieOf(person);
    const faults: string[] = [];
    let answered = 0;
    for (const operation of inOrder(operations)) {
      // It ends the session that the next call needs; the sign-in tests look at its answer.
      if (/sign-out|privacy\/erase/.test(operation.path)) continue;
      const before = /\/([\w-]+)\/\{/.exec(operation.path)?.[1] ?? '';
      const call = {
        id: cast.ids[before] ?? randomUUID(),
        subject: {
          memberId: cast.member.memberId,
          departmentId: cast.departmentId,
          email: `${randomUUID()}@example.com`,
        },
      };
      let answer = await callOperation(http, operation, { ...call, headers });
      if (answer.status === 401) {
        // An operation before it ended the session.
        headers = await signInAgain(person);
        answer = await callOperation(http, operation, { ...call, headers });
      }
      if (answer.status < 300) answered += 1;
      const fault = answer.status >= 500 ? `answered ${answer.status}` : check(operation, answer);
      if (fault !== null) faults.push(`${operation.name} ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(answered).toBeGreaterThan(20);
  },
  60_000,
);

test('what is refused is a problem document: nobody signed in, things that are not there, wrong queries', async () => {
  const { owner } = await makeCast();
  const subject = { memberId: randomUUID(), departmentId: randomUUID(), email: `${randomUUID()}@example.com` };
  const faults: string[] = [];
  const statuses = new Set<number>();
  for (const operation of inOrder(operations)) {
    if (/sign-out|privacy\/erase/.test(operation.path)) continue;
    const wrong = Object.fromEntries(operation.queryParameters.map((name) => [name, '\u0001wrong']));
    const calls = [
      { id: randomUUID(), subject, headers: {} },
      { id: randomUUID(), subject, headers: cookieOf(owner) },
      { id: 'no-id', subject, headers: cookieOf(owner) },
      { id: randomUUID(), subject, headers: cookieOf(owner), query: wrong },
    ];
    for (const call of operation.isPublic ? calls.slice(0, 1) : calls) {
      const answer = await callOperation(http, operation, call);
      statuses.add(answer.status);
      const fault = answer.status >= 500 ? `answered ${answer.status}` : check(operation, answer);
      if (fault !== null) faults.push(`${operation.name} ${JSON.stringify(call.id)} ${fault}`);
    }
  }
  expect(faults).toEqual([]);
  expect([...statuses]).toEqual(expect.arrayContaining([400, 401, 404]));
}, 120_000);

test('figures of an organization that tells nobody apart, and shows members nothing, are as published', async () => {
  const { owner, member, ids } = await makeCast();
  const settings = { mode: 'aggregate', collect_region: true, show_user_dashboard: false } as const;
  await owner.send('PUT', '/api/admin/tracking/settings', { ...DEFAULT_TRACKING_SETTINGS, ...settings });
  const subject = { memberId: member.memberId, departmentId: randomUUID(), email: '' };
  const figures = operations.filter(
    ({ method, path }) => method === 'GET' && /tracking\/|campaigns\/\{id\}\/stats/.test(path),
  );
  expect(figures.length).toBeGreaterThan(15);
  const statuses = new Set<number>();
  for (const operation of figures)
    for (const person of [owner, member]) {
      const id = (operation.path.includes('campaigns') ? ids.campaigns : ids.user) ?? '';
      const answer = await callOperation(http, operation, { id, subject, headers: cookieOf(person) });
      statuses.add(answer.status);
      expect({ of: operation.name, fault: check(operation, answer) }).toEqual({ of: operation.name, fault: null });
    }
  expect([...statuses].sort()).toEqual([200, 403]);
}, 60_000);

test('the check finds a wrong status, a wrong type and a wrong body', () => {
  const operation = operations.find(({ name }) => name === 'GET /api/tracking/my-stats/daily');
  if (!operation) throw new Error('not published');
  const answer = { status: 200, type: 'application/json', text: '{"data":[],"timezone":"UTC"}', code: null };
  expect(check(operation, answer)).toBeNull();
  expect(check(operation, { ...answer, status: 202 })).toContain('does not name');
  expect(check(operation, { ...answer, type: 'text/html' })).toContain('text/html');
  expect(
    check(operation, { ...answer, text: '{"data":[{"date":"x","opens":-1,"unique":0}],"timezone":"UTC"}' }),
  ).toMatch(/opens|date/);
  expect(check(operation, { ...answer, status: 404, type: 'application/json' })).toContain('problem');
});
