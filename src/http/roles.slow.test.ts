import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callOperation, type Operation, readOperations } from '../../tests/support/operations.ts';
import { joinOrganization, signUpOwner } from '../../tests/support/sign-in-people.ts';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { API_SCOPES } from '../domain/api-scope.ts';

// Who may call what, found out by calling it, and kept in docs/roles.md for people to review. When the table is out of
// date this fails; `npx vitest run --project servers src/http/roles.slow.test.ts -u` writes it anew.

let databases: TestDatabase;
let http: StartedHttp;

beforeAll(async () => {
  databases = await createTestDatabase();
  http = await startHttp(databases);
});

afterAll(async () => {
  await http.app.close();
  await databases.drop();
});

interface Actor {
  readonly title: string;
  headers(): Promise<Record<string, string>>;
}

async function makeActors(): Promise<readonly Actor[]> {
  const owner = await signUpOwner(http);
  const admin = await joinOrganization(http, owner.organizationId, { role: 'admin' });
  const member = await joinOrganization(http, owner.organizationId);
  const people = Object.entries({ member, admin, owner }).map(([title, { memberId }]) => ({
    title,
    headers: () => signIn(memberId),
  }));
  const keys = await Promise.all(
    API_SCOPES.map(async (scope) => {
      const { key } = (await owner.post('/api/keys', { name: scope, scopes: [scope] })).body;
      return { title: `key ${scope}`, headers: async () => ({ authorization: `Bearer ${key}` }) };
    }),
  );
  return [...people, ...keys];
}

/** Anew for each call: the one before may have ended the session. */
async function signIn(memberId: string): Promise<Record<string, string>> {
  const { user_id: personId } = await databases.system
    .selectFrom('organization_users')
    .where('id', '=', memberId as never)
    .select('user_id')
    .executeTakeFirstOrThrow();
  const body = { personId };
  const started = await http.context.auth.api.startSession({ body, headers: new Headers(), returnHeaders: true });
  return { cookie: started.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

/** The ids are nobody's: whoever may call it is told that nothing was found, everybody else that they may not. */
async function mayCall(operation: Operation, actor: Actor): Promise<boolean> {
  const id = randomUUID();
  const subject = { memberId: id, departmentId: randomUUID(), email: `${id}@example.com` };
  const answer = await callOperation(http, operation, { id, subject, headers: await actor.headers() });
  if (answer.status >= 500) throw new Error(`${operation.name} answered ${answer.status}: ${answer.text}`);
  return answer.status !== 401 && answer.status !== 403;
}

const EVERYBODY: readonly string[] = ['POST /api/auth/sign-out'];

test('docs/roles.md tells for every operation who may call it', async () => {
  const actors = await makeActors();
  const rows: string[] = [];
  for (const operation of await readOperations(http)) {
    const isOpen = operation.isPublic || EVERYBODY.includes(operation.name);
    const cells: string[] = [];
    for (const actor of actors) cells.push(isOpen || (await mayCall(operation, actor)) ? 'yes' : '');
    rows.push(toRow([`\`${operation.name}\``, isOpen ? 'yes' : '', ...cells]));
  }
  const head = ['operation', 'nobody', ...actors.map(({ title }) => title.replace('key ', 'key: '))];
  const table = [toRow(head), toRow(head.map(() => '---')), ...rows].join('\n');
  await expect(`${PREFACE}\n${table}\n`).toMatchFileSnapshot('../../docs/roles.md');
}, 60_000);

const toRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const PREFACE = `# Who may call what

Made by \`src/http/roles.slow.test.ts\`, which calls every operation of \`/api/openapi.json\` as each role and with a key of each
scope, and fails when this table is out of date. "yes": answered, or told that the thing is not there. Empty: 401 or 403.

- A member may act on their own deals, signature, sessions and profile; on those of others they get 403 or 404.
- An admin cannot change owners; erasing the organization takes an owner.
- A key speaks for its organization. It is no member, so what is a person's own is not for keys, and it can neither make
  keys nor change single sign-on. The scope \`admin\` holds every other one.
- Of another organization nobody gets anything: every id of it is 404 (\`src/http/tenancy.slow.test.ts\`).
`;
