import type { MemberId, OrganizationId } from '../domain/ids.ts';

/** What one open screen may be told: of one organization, opens and signals of the member alone or of everybody. */
export interface Audience {
  readonly organizationId: OrganizationId;
  /** Null: nobody's own, such as an API key's. */
  readonly memberId: MemberId | null;
  readonly opens: 'none' | 'own' | 'all';
  readonly signals: 'own' | 'all';
}

export function isSameAudience(a: Audience, b: Audience): boolean {
  return (
    a.organizationId === b.organizationId && a.memberId === b.memberId && a.opens === b.opens && a.signals === b.signals
  );
}
