import { type RawBuilder, sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import { ERASED_NAME, redactMember } from '../audit/redact-member.ts';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId, PersonId } from '../domain/ids.ts';
import { EraseError } from './erase-error.ts';
import { readTenantTables } from './read-tenant-tables.ts';

// In: a member, or an organization. Out: nothing of them is left: opens, figures, visitors, pixels, what could not be
// processed; a person whom no other organization knows goes with their account. The pixels' rows are locked first, as
// processing does, so that no open is stored behind the erasure; hits still in the spool find no pixel and drop as
// unknown. What must never happen: a row that survives because a later version's table was forgotten here.

/** Rows that went, by table. */
export type Erased = Readonly<Record<string, number>>;

export interface MemberErasure {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly actor: Actor;
}

/**
 * The member's campaigns for others go to an owner; their deals go with them. Visitors of shared campaigns name no
 * member and are gone within 48 hours. Throws EraseError unknown_member or last_owner.
 */
export async function eraseMember(databases: Databases, erasure: MemberErasure): Promise<Erased> {
  const { organizationId, memberId, actor } = erasure;
  return databases.system.transaction().execute(async (trx) => {
    const { personId, heir } = await lockMember(trx, organizationId, memberId);
    await lockPixels(trx, sql`organization_id = ${organizationId} and user_id = ${memberId}`);
    const erased: Record<string, number> = {};
    const remove = createRemover(trx, erased);
    await handOn(trx, { organizationId, memberId, personId, heir });
    await remove(
      'dead_letters',
      sql`token_hash in (${toTokenHashes(sql`p.organization_id = ${organizationId} and p.user_id = ${memberId}`)})`,
    );
    await remove(
      'visitor_seen',
      sql`organization_id = ${organizationId} and scope_id in (${toScopes(organizationId, memberId)})`,
    );
    await remove(
      'visitor_claims',
      sql`organization_id = ${organizationId} and scope_id in (${toScopes(organizationId, memberId)})`,
    );
    const opens = await eraseOpens(trx, { organizationId, memberId });
    erased.signature_tracking_events = opens.erased;
    for (const { name, memberColumns } of await readTenantTables(trx))
      if (memberColumns.includes('user_id'))
        await remove(name, sql`organization_id = ${organizationId} and user_id = ${memberId}`);
    const invitationIds = await readInvitationIds(trx, { organizationId, memberId, personId });
    await remove(
      'organization_invitations',
      sql`organization_id = ${organizationId} and id = any(${invitationIds}::uuid[])`,
    );
    await remove('organization_users', sql`organization_id = ${organizationId} and id = ${memberId}`);
    await erasePersons(remove, [personId]);
    await lessenReaders(trx, organizationId, opens.read);
    await redactMember(trx, { organizationId, memberId, subjectIds: invitationIds });
    const subject = { id: memberId, name: ERASED_NAME };
    await recordAudit(trx, { organizationId, actor, action: 'member.erased', subject, after: erased });
    return erased;
  });
}

interface ReadOpens {
  readonly day: string;
  readonly client: string;
  readonly country: string | null;
  readonly opens: number;
  readonly readers: number;
}

/** Answers what they had added to the rollup of the organization's readers, in which no member is named. */
async function eraseOpens(
  trx: Transaction<Schema>,
  { organizationId, memberId }: Pick<MemberErasure, 'organizationId' | 'memberId'>,
): Promise<{ readonly erased: number; readonly read: readonly ReadOpens[] }> {
  const { rows } = await sql<{ erased: number; read: readonly ReadOpens[] }>`
    with gone as (
      delete from ${sql.table('signature_tracking_events')} where organization_id = ${organizationId} and user_id = ${memberId}
      returning hit_at, judgement_id, country, is_new_reader
    ), read as (
      select (gone.hit_at at time zone 'UTC')::date as day, judged.client_family as client, gone.country,
        count(*) as opens, count(*) filter (where gone.is_new_reader) as readers
      from gone join judgements judged on judged.id = gone.judgement_id where gone.is_new_reader is not null group by 1, 2, 3
    )
    select (select count(*)::int from gone) as erased, (select coalesce(json_agg(read), '[]') from read) as read`.execute(
    trx,
  );
  return rows[0] ?? { erased: 0, read: [] };
}

/** After everything else, as processing does: these rows are every batch's. */
async function lessenReaders(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  read: readonly ReadOpens[],
): Promise<void> {
  await sql`
    update tracking_rollup_readers kept set opens = kept.opens - less.opens, readers = kept.readers - less.readers
    from json_to_recordset(${JSON.stringify(read)}::json) as less (day date, client text, country text, opens int, readers int)
    where kept.organization_id = ${organizationId} and kept.day = less.day and kept.client_family = less.client
      and kept.country is not distinct from less.country`.execute(trx);
  await sql`delete from tracking_rollup_readers where organization_id = ${organizationId} and opens <= 0`.execute(trx);
}

/** Everything, the audit log too; people whom another organization knows keep their account there. */
export async function eraseOrganization(databases: Databases, organizationId: OrganizationId): Promise<Erased> {
  return databases.system.transaction().execute(async (trx) => {
    await sql`select from organizations where id = ${organizationId} for update`.execute(trx);
    await lockPixels(trx, sql`organization_id = ${organizationId}`);
    const { rows: persons } = await sql<{ user_id: PersonId }>`
      select user_id from organization_users where organization_id = ${organizationId}`.execute(trx);
    const erased: Record<string, number> = {};
    const remove = createRemover(trx, erased);
    await remove('dead_letters', sql`token_hash in (${toTokenHashes(sql`p.organization_id = ${organizationId}`)})`);
    // Those without a foreign key first; what has one would go with the organization, and is counted this way.
    const tables = await readTenantTables(trx);
    for (const { name } of toErasureOrder(tables)) await remove(name, sql`organization_id = ${organizationId}`);
    await remove('organizations', sql`id = ${organizationId}`);
    await erasePersons(
      remove,
      persons.map((person) => person.user_id),
    );
    return erased;
  });
}

type Remove = (table: string, isTheirs: RawBuilder<unknown>) => Promise<void>;

function createRemover(trx: Transaction<Schema>, erased: Record<string, number>): Remove {
  return async (table, isTheirs) => {
    const deleted = await sql`delete from ${sql.table(table)} where ${isTheirs}`.execute(trx);
    erased[table] = (erased[table] ?? 0) + Number(deleted.numAffectedRows ?? 0);
  };
}

/** Members last: other tables' rows hang on them. */
function toErasureOrder<T extends { name: string }>(tables: readonly T[]): readonly T[] {
  return [...tables].sort((a, b) => Number(a.name === 'organization_users') - Number(b.name === 'organization_users'));
}

/** Locks the organization, so that two owners cannot erase each other, and finds who inherits: the oldest other owner. */
async function lockMember(trx: Transaction<Schema>, organizationId: OrganizationId, memberId: MemberId) {
  await sql`select from organizations where id = ${organizationId} for update`.execute(trx);
  const { rows } = await sql<{
    personId: PersonId;
    role: string;
    heirId: MemberId | null;
    heirPerson: PersonId | null;
  }>`
    select m.user_id as "personId", m.role, heir.id as "heirId", heir.user_id as "heirPerson" from organization_users m
    left join lateral (select id, user_id from organization_users o where o.organization_id = ${organizationId}
      and o.role = 'owner' and o.deactivated_at is null and o.id <> m.id order by o.created_at, o.id limit 1) heir on true
    where m.organization_id = ${organizationId} and m.id = ${memberId} for update of m`.execute(trx);
  const [member] = rows;
  if (!member) throw new EraseError('unknown_member', 'The member was not found.');
  const { personId, heirId, heirPerson } = member;
  if (heirId === null || heirPerson === null)
    throw new EraseError(
      'last_owner',
      'This is the last owner. Make somebody else an owner first, or erase the organization.',
    );
  return { personId, heir: { memberId: heirId, personId: heirPerson } };
}

/** In the order of processing: user pixels, then campaign pixels, each by id. */
async function lockPixels(trx: Transaction<Schema>, isTheirs: RawBuilder<unknown>): Promise<void> {
  await sql`select from signature_user_tracking where ${isTheirs} order by id for update`.execute(trx);
  await sql`select from signature_tracking_pixels where ${isTheirs} order by id for update`.execute(trx);
}

interface Inheritance {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly personId: PersonId;
  readonly heir: { readonly memberId: MemberId; readonly personId: PersonId };
}

/** What others need goes on: campaigns for the team, and invitations that the member sent. */
async function handOn(trx: Transaction<Schema>, { organizationId, memberId, personId, heir }: Inheritance) {
  const campaigns = sql.table('signature_campaigns');
  await sql`update ${campaigns} set owner_id = ${heir.memberId}
    where organization_id = ${organizationId} and owner_id = ${memberId} and deal is null`.execute(trx);
  const invitations = sql.table('organization_invitations');
  await sql`update ${invitations} set inviter_id = ${heir.personId}
    where organization_id = ${organizationId} and inviter_id = ${personId}`.execute(trx);
}

/** Those that asked this member in, whatever became of them. */
async function readInvitationIds(
  trx: Transaction<Schema>,
  { organizationId, memberId, personId }: Omit<Inheritance, 'heir'>,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from organization_invitations where organization_id = ${organizationId}
      and (member_id = ${memberId} or email = (select email from users where id = ${personId}))`.execute(trx);
  return rows.map(({ id }) => id);
}

/** The member, their pixels, and the deals they own. */
function toScopes(organizationId: OrganizationId, memberId: MemberId): RawBuilder<unknown> {
  return sql`select ${memberId}::uuid
    union all select id from signature_user_tracking where organization_id = ${organizationId} and user_id = ${memberId}
    union all select id from signature_tracking_pixels where organization_id = ${organizationId} and user_id = ${memberId}
    union all select id from signature_campaigns where organization_id = ${organizationId} and owner_id = ${memberId} and deal is not null`;
}

function toTokenHashes(isTheirs: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select p.pixel_token_hash from signature_user_tracking p where ${isTheirs}
    union all select p.pixel_token_hash from signature_tracking_pixels p where ${isTheirs}`;
}

/** Those no organization knows any more: their account, sessions and second factor go with them. */
async function erasePersons(remove: Remove, personIds: readonly PersonId[]): Promise<void> {
  await remove(
    'users',
    sql`id = any(${personIds}::uuid[]) and not exists (select from organization_users m where m.user_id = users.id)`,
  );
}
