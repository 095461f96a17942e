import { addMember } from '../../src/accounts/add-member.ts';
import type { DepartmentId, MemberId, OrganizationId } from '../../src/domain/ids.ts';
import type { Answer, StartedHttp } from './start-http.ts';

/** A signed-in person: calls carry their cookie and this site's origin. */
export interface SignedIn {
  readonly memberId: MemberId;
  readonly organizationId: OrganizationId;
  readonly cookie: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  send(method: string, path: string, body?: unknown): Promise<Answer>;
}

const PASSWORD = 'nine walnut ladders';
let people = 0;

/** The owner of a new organization. */
export async function signUpOwner(http: StartedHttp, name = 'Olive Owner'): Promise<SignedIn> {
  people += 1;
  const body = { name, email: `owner${people}@example.com`, password: PASSWORD, organizationName: 'Acme Corp' };
  const answer = await http.send('POST', '/api/sign-up', { body });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}: ${answer.text}`);
  return toSignedIn(http, answer.cookie, { memberId: answer.body.userId, organizationId: answer.body.organizationId });
}

export interface JoinOptions {
  readonly role?: 'admin' | 'member';
  readonly name?: string;
  readonly departmentId?: DepartmentId;
}

/** One more member of an organization, signed in. */
export async function joinOrganization(
  http: StartedHttp,
  organizationId: OrganizationId,
  { role = 'member', name = 'Max Member', departmentId }: JoinOptions = {},
): Promise<SignedIn> {
  people += 1;
  const email = `member${people}@example.com`;
  const added = await addMember(http.context, { organizationId, name, email, role, password: PASSWORD, departmentId });
  const answer = await http.send('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD } });
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
  return toSignedIn(http, answer.cookie, { memberId: added.memberId, organizationId });
}

function toSignedIn(
  http: StartedHttp,
  cookie: string | null,
  ids: Pick<SignedIn, 'memberId' | 'organizationId'>,
): SignedIn {
  const headers = { cookie: cookie ?? '', origin: http.url };
  return {
    ...ids,
    cookie: cookie ?? '',
    get: (path) => http.send('GET', path, { headers }),
    post: (path, body) => http.send('POST', path, { headers, body }),
    send: (method, path, body) => http.send(method, path, { headers, body }),
  };
}
