import type { ApiKey, CreateApiKey } from '../../../src/contract/api-key.ts';
import type { AuditLog } from '../../../src/contract/audit-log.ts';
import type { InvitationAnswer } from '../../../src/contract/invitation.ts';
import type { Sharing } from '../../../src/contract/live-session.ts';
import type { MemberAnswer } from '../../../src/contract/member.ts';
import type { MemberImportReport } from '../../../src/contract/member-import.ts';
import type { PlanAnswer } from '../../../src/contract/plan.ts';
import type { PrivacyErase } from '../../../src/contract/privacy.ts';
import type { Role } from '../../../src/contract/session.ts';
import type { SsoProviderAnswer, SsoSettings } from '../../../src/contract/sso.ts';
import type { TrackingSettingsAnswer } from '../../../src/contract/tracking-settings.ts';
import { request } from '../../api.ts';
import { toServerWords } from '../../messages/to-server-words.ts';

export interface Page<T> {
  readonly data: readonly T[];
  /** Ask with it for what follows; null at the end. */
  readonly next: string | null;
}

export interface Department {
  readonly id: string;
  readonly name: string;
  /** Active ones. */
  readonly members: number;
}

/** `url` is shown this once. */
export type IssuedInvitation = InvitationAnswer & { url: string; isMailed: boolean; mailProblem: string | null };

export interface LiveSessions {
  readonly data: readonly {
    readonly id: string;
    readonly device: string | null;
    readonly lastSeenAt: string;
    readonly isCurrent: boolean;
  }[];
}

export type ProfileChange = Partial<Pick<MemberAnswer, 'name' | 'title' | 'phone' | 'timezone' | 'trackingMode'>>;

export interface MemberQuestion {
  readonly search: string;
  readonly cursor: string | null;
}

const MEMBERS_PER_PAGE = 100;

export const settingsApi = {
  tracking: () => request<TrackingSettingsAnswer>('GET', '/api/admin/tracking/settings'),
  saveTracking: (settings: TrackingSettingsAnswer) =>
    request<TrackingSettingsAnswer>('PUT', '/api/admin/tracking/settings', settings),
  departments: () => request<Page<Department>>('GET', '/api/departments?limit=200'),
  addDepartment: (name: string) => request<Department>('POST', '/api/departments', { name }),
  renameDepartment: (id: string, name: string) => request<null>('PATCH', `/api/departments/${id}`, { name }),
  deleteDepartment: (id: string) => request<null>('DELETE', `/api/departments/${id}`),
  plan: async (): Promise<PlanAnswer> => {
    const plan = await request<PlanAnswer>('GET', '/api/plan');
    return { ...plan, notices: await Promise.all(plan.notices.map(toServerWords)) };
  },
  sharing: () => request<Sharing>('GET', '/api/admin/sharing'),
  /** Tried when `isDryRun`, kept otherwise. */
  importMembers: async (file: File, isDryRun: boolean): Promise<MemberImportReport> => {
    const report = await request<MemberImportReport>('POST', `/api/members/import?dryRun=${isDryRun}`, file);
    const toWords = async (error: Fault): Promise<Fault> => ({ ...error, reason: await toServerWords(error.reason) });
    return { ...report, errors: await Promise.all(report.errors.map(toWords)) };
  },
  sso: () => request<SsoProviderAnswer>('GET', '/api/sso/provider'),
  saveSso: (body: SsoSettings) => request<SsoProviderAnswer>('PUT', '/api/sso/provider', body),
  deleteSso: () => request<null>('DELETE', '/api/sso/provider'),
  erase: (body: PrivacyErase) =>
    request<{ erased: Readonly<Record<string, number>> }>('POST', '/api/privacy/erase', body),
  beginTwoFactor: (password: string) =>
    request<{ totpURI: string; backupCodes: readonly string[] }>('POST', '/api/auth/two-factor/enable', { password }),
  confirmTwoFactor: (code: string) => request<unknown>('POST', '/api/auth/two-factor/verify-totp', { code }),
  endTwoFactor: (password: string) => request<unknown>('POST', '/api/auth/two-factor/disable', { password }),
  members: ({ search, cursor }: MemberQuestion) =>
    request<Page<MemberAnswer>>('GET', `/api/members?${toQuery({ search, cursor, limit: `${MEMBERS_PER_PAGE}` })}`),
  member: (userId: string) => request<MemberAnswer>('GET', `/api/members/${encodeURIComponent(userId)}`),
  setRole: (userId: string, role: Role) => request<MemberAnswer>('PUT', `/api/members/${userId}/role`, { role }),
  setDepartment: (userId: string, departmentId: string | null) =>
    request<MemberAnswer>('PATCH', `/api/members/${userId}`, { departmentId }),
  setActive: (userId: string, isActive: boolean) =>
    request<MemberAnswer>('POST', `/api/members/${userId}/${isActive ? 'reactivate' : 'deactivate'}`, {}),
  invitations: () => request<Page<InvitationAnswer>>('GET', '/api/invitations?limit=200'),
  invite: async (email: string, role: Role) =>
    inWords(await request<IssuedInvitation>('POST', '/api/invitations', { email, role })),
  renewInvitation: async (id: string) =>
    inWords(await request<IssuedInvitation>('POST', `/api/invitations/${id}/renew`, {})),
  cancelInvitation: (id: string) => request<InvitationAnswer>('POST', `/api/invitations/${id}/cancel`, {}),
  keys: () => request<{ data: readonly ApiKey[] }>('GET', '/api/keys'),
  makeKey: (body: CreateApiKey) => request<ApiKey & { key: string }>('POST', '/api/keys', body),
  revokeKey: (id: string) => request<null>('DELETE', `/api/keys/${id}`),
  profile: () => request<MemberAnswer>('GET', '/api/profile'),
  saveProfile: (change: ProfileChange) => request<MemberAnswer>('PATCH', '/api/profile', change),
  /** Ends every other session of the person. */
  changePassword: (body: { currentPassword: string; newPassword: string }) =>
    request<unknown>('POST', '/api/auth/change-password', body),
  sessions: () => request<LiveSessions>('GET', '/api/sessions'),
  endSession: (id: string) => request<null>('DELETE', `/api/sessions/${id}`),
  endOtherSessions: () => request<{ ended: number }>('POST', '/api/sessions/end-others', {}),
  audit: (cursor: string | null) => request<AuditLog>('GET', `/api/audit-log?${toQuery({ cursor, limit: '100' })}`),
};

function toQuery(words: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(words).filter(
    (entry): entry is [string, string] => entry[1] !== null && entry[1] !== '',
  );
  return new URLSearchParams(given).toString();
}

type Fault = MemberImportReport['errors'][number];

async function inWords(issued: IssuedInvitation): Promise<IssuedInvitation> {
  const { mailProblem } = issued;
  return { ...issued, mailProblem: mailProblem === null ? null : await toServerWords(mailProblem) };
}
