import type { Daily } from '../../../src/contract/daily.ts';
import type { MyStats } from '../../../src/contract/my-stats.ts';
import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import { request } from '../../api.ts';

export const teamApi = {
  organization: (days: number) =>
    request<OrganizationStats>('GET', `/api/admin/tracking/organization-stats?days=${days}`),
  member: (userId: string) => request<MyStats>('GET', `/api/admin/tracking/user/${userId}/stats`),
  memberDaily: (userId: string, days: number) =>
    request<Daily>('GET', `/api/admin/tracking/user/${userId}/stats/daily?days=${days}`),
};
