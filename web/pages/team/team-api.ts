import type { Breakdown } from '../../../src/contract/breakdown.ts';
import type { Daily } from '../../../src/contract/daily.ts';
import type { MyStats } from '../../../src/contract/my-stats.ts';
import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import type { TeamMembers, TeamOrder } from '../../../src/contract/team-members.ts';
import { request } from '../../api.ts';

export interface MembersQuestion {
  readonly days: number;
  readonly search: string;
  readonly sort: TeamOrder;
  readonly order: 'asc' | 'desc';
  readonly cursor: string | null;
}

const MEMBERS_PER_PAGE = 100;

export const teamApi = {
  members: ({ days, search, sort, order, cursor }: MembersQuestion) => {
    const asked = { days: `${days}`, sort, order, limit: `${MEMBERS_PER_PAGE}` };
    const narrowed = { ...(search === '' ? {} : { search }), ...(cursor === null ? {} : { cursor }) };
    return request<TeamMembers>('GET', `/api/admin/tracking/members?${new URLSearchParams({ ...asked, ...narrowed })}`);
  },
  organization: (days: number) =>
    request<OrganizationStats>('GET', `/api/admin/tracking/organization-stats?days=${days}`),
  breakdown: (days: number) =>
    request<Breakdown>('GET', `/api/admin/tracking/organization-stats/breakdown?days=${days}`),
  member: (userId: string) => request<MyStats>('GET', `/api/admin/tracking/user/${userId}/stats`),
  memberDaily: (userId: string, days: number) =>
    request<Daily>('GET', `/api/admin/tracking/user/${userId}/stats/daily?days=${days}`),
};
