import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { ApiScope } from '../domain/api-scope.ts';
import type { ApiKeyId, MemberId, OrganizationId } from '../domain/ids.ts';
import { type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';

/** What a session still stands for: the same that readSession would answer, of many at once. */
export interface SessionStanding {
  readonly sessionId: string;
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly role: 'owner' | 'admin' | 'member';
  /** The organization shows its members their own figures. */
  readonly showsFigures: boolean;
}

export interface KeyStanding {
  readonly keyId: ApiKeyId;
  readonly organizationId: OrganizationId;
  readonly scopes: readonly ApiScope[];
}

/** Sessions that ended or whose person is no active member any more are left out. */
export async function readSessionStandings(
  { system }: Pick<Databases, 'system'>,
  sessionIds: readonly string[],
): Promise<readonly SessionStanding[]> {
  if (sessionIds.length === 0) return [];
  const { rows } = await sql<Omit<SessionStanding, 'showsFigures'> & { settings: Partial<TrackingSettings> | null }>`
    select session.id as "sessionId", member.organization_id as "organizationId", member.id as "memberId", member.role,
      setting.tracking_settings as settings
    from sessions session
    join lateral (
      select m.id, m.organization_id, m.role from organization_users m
      where m.user_id = session.user_id and m.deactivated_at is null
        and (session.sso_organization_id is null or m.organization_id = session.sso_organization_id)
      order by m.organization_id = session.active_organization_id desc nulls last, m.created_at limit 1
    ) member on true
    left join organization_settings setting on setting.organization_id = member.organization_id
    where session.id = any(${sessionIds}::uuid[]) and session.expires_at > now()`.execute(system);
  return rows.map(({ settings, ...row }) => ({
    ...row,
    showsFigures: toTrackingSettings(settings).show_user_dashboard,
  }));
}

/** Keys that were revoked or have expired are left out. */
export async function readKeyStandings(
  { system }: Pick<Databases, 'system'>,
  keyIds: readonly ApiKeyId[],
): Promise<readonly KeyStanding[]> {
  if (keyIds.length === 0) return [];
  return system
    .selectFrom('api_keys')
    .where('id', 'in', [...keyIds])
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<Date>`now()`)]))
    .select(['id as keyId', 'organization_id as organizationId', 'scopes'])
    .execute();
}
