import type { DepartmentId, MemberId } from './ids.ts';

/** Whose signatures carry a campaign. Stored as it is sent. */
export type Audience =
  | { readonly everyone: true }
  | { readonly departmentIds: readonly DepartmentId[] }
  | { readonly userIds: readonly MemberId[] };

/** A member without a department is in no department's audience. */
export function isInAudience(audience: Audience, memberId: MemberId, departmentId: DepartmentId | null): boolean {
  if ('everyone' in audience) return true;
  if ('userIds' in audience) return audience.userIds.includes(memberId);
  return departmentId !== null && audience.departmentIds.includes(departmentId);
}
