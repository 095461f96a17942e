/** What can be done that the audit log keeps. Stored as text, so a name is never changed nor given another meaning. */
export const AUDIT_ACTIONS = [
  'settings.changed',
  'plan.changed',
  'department.created',
  'department.renamed',
  'department.deleted',
  'member.added',
  'member.changed',
  'member.role_changed',
  'member.restricted',
  'member.deactivated',
  'member.reactivated',
  'member.erased',
  'members.imported',
  'invitation.created',
  'invitation.renewed',
  'invitation.cancelled',
  'invitation.accepted',
  'campaign.created',
  'campaign.changed',
  'key.created',
  'key.revoked',
  'sign_in.changed',
  'privacy.exported',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
