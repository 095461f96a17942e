import { type RawBuilder, sql, type Transaction } from 'kysely';
import { asSystem } from '../db/as-system.ts';
import type { Databases } from '../db/open-databases.ts';
import { APP_ROLE } from '../db/roles.ts';
import type { Schema } from '../db/schema.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { readTenantTables, type TenantTable } from './read-tenant-tables.ts';

// In: an organization, or one of its members. Out: every row that is theirs, one JSON line each, read in one snapshot
// under the organization's own row-level security. What must never happen: a hash, a token or a key in the file, another
// organization's row, or a file cut short that looks whole: the last line tells how many rows there are.

export interface ExportQuestion {
  readonly organizationId: OrganizationId;
  /** Null: everything of the organization. */
  readonly memberId: MemberId | null;
  readonly now: Date;
}

const FETCH_ROWS = 1_000;

/** Holds a connection while it is read; a reader that stalls for a minute loses it. */
export async function* exportRows(databases: Databases, question: ExportQuestion): AsyncGenerator<string> {
  const { organizationId, memberId, now } = question;
  const trx = await databases.app.startTransaction().setIsolationLevel('repeatable read').execute();
  try {
    await sql`select set_config('role', ${APP_ROLE}, true), set_config('app.organization_id', ${organizationId}, true)`.execute(
      trx,
    );
    yield toLine({ export: { format: 1, organizationId, userId: memberId, at: now.toISOString() } });
    const counts: Record<string, number> = {};
    for (const source of await toSources(trx, question)) {
      let rows = 0;
      for await (const line of readSource(trx, source)) {
        rows += line.rows;
        yield line.text;
      }
      counts[source.name] = rows;
    }
    const letters = await readDeadLetters(trx, question);
    for (const row of letters) yield toLine({ table: 'dead_letters', row });
    counts.dead_letters = letters.length;
    yield toLine({ end: { rows: counts } });
  } finally {
    await trx.rollback().execute();
  }
}

interface Source {
  readonly name: string;
  readonly query: RawBuilder<unknown>;
}

async function toSources(trx: Transaction<Schema>, question: ExportQuestion): Promise<readonly Source[]> {
  const { organizationId, memberId } = question;
  const tables = await readTenantTables(trx);
  const sources = tables.flatMap((table) => {
    if (table.name === READERS) return [];
    const isMine = memberId === null ? sql`true` : toMemberCondition(table, memberId);
    if (isMine === null) return [];
    return {
      name: table.name,
      query: toQuery(table, sql`t.organization_id = ${sql.lit(organizationId)} and ${isMine}`),
    };
  });
  const whose = memberId === null ? sql`true` : sql`m.id = ${sql.lit(memberId)}`;
  const people = sql`select jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email) as row from users u
    join organization_users m on m.user_id = u.id where m.organization_id = ${sql.lit(organizationId)} and ${whose}`;
  const organization = sql`select to_jsonb(t) as row from organizations t where t.id = ${sql.lit(organizationId)}`;
  return [{ name: 'organizations', query: organization }, { name: 'users', query: people }, ...sources];
}

/** What readers are is told in groups only: GET /api/admin/tracking/organization-stats/breakdown. */
const READERS = 'tracking_rollup_readers';

/** Null: the table says nothing about one member. */
function toMemberCondition(table: TenantTable, memberId: MemberId): RawBuilder<unknown> | null {
  const id = sql.lit(memberId);
  const special = MEMBER_CONDITIONS[table.name];
  if (special !== undefined) return special(id);
  if (table.memberColumns.length === 0) return null;
  const columns = table.memberColumns.map((column) => sql`t.${sql.id(column)} = ${id}`);
  return sql`(${sql.join(columns, sql` or `)})`;
}

/** Where a member is named otherwise than by a column of their own. */
const MEMBER_CONDITIONS: Readonly<Record<string, (id: RawBuilder<unknown>) => RawBuilder<unknown>>> = {
  organization_users: (id) => sql`t.id = ${id}`,
  audit_log: (id) => sql`(t.actor_id = ${id} or t.subject_id = ${id}::text)`,
  visitor_claims: (id) => sql`t.scope_id = ${id}`,
  visitor_seen: (id) => sql`(t.scope_id = ${id}
    or t.scope_id in (select p.id from signature_user_tracking p where p.user_id = ${id})
    or t.scope_id in (select p.id from signature_tracking_pixels p where p.user_id = ${id}))`,
};

function toQuery(table: TenantTable, isTheirs: RawBuilder<unknown>): RawBuilder<unknown> {
  const withheld = sql.lit(`{${table.withheldColumns.join(',')}}`);
  const row = sql`to_jsonb(t) - ${withheld}::text[]`;
  if (table.name !== 'signature_tracking_events')
    return sql`select ${row} as row from ${sql.table(table.name)} t where ${isTheirs}`;
  // What was judged, without the client family: it is coarse, and still a reader's.
  return sql`select ${row} || jsonb_build_object('device', j.device, 'confidence', j.confidence, 'reason', j.reason) as row
    from signature_tracking_events t join judgements j on j.id = t.judgement_id where ${isTheirs}`;
}

async function* readSource(
  trx: Transaction<Schema>,
  { name, query }: Source,
): AsyncGenerator<{ text: string; rows: number }> {
  await sql`declare export_rows no scroll cursor for ${query}`.execute(trx);
  for (;;) {
    const { rows } = await sql<{ row: object }>`fetch ${sql.lit(FETCH_ROWS)} from export_rows`.execute(trx);
    if (rows.length > 0)
      yield { text: rows.map(({ row }) => toLine({ table: name, row })).join(''), rows: rows.length };
    if (rows.length < FETCH_ROWS) break;
  }
  await sql`close export_rows`.execute(trx);
}

/** What could not be processed belongs to a token, which belongs to them. No organization stands in that table. */
async function readDeadLetters(
  trx: Transaction<Schema>,
  { organizationId, memberId }: ExportQuestion,
): Promise<readonly object[]> {
  return asSystem(trx, async () => {
    const whose = memberId === null ? sql`true` : sql`p.user_id = ${memberId}`;
    const { rows } = await sql<{ row: object }>`
      select jsonb_build_object('hit_at', l.hit_at, 'tracking_type', l.tracking_type, 'error', l.error) as row from dead_letters l
      where l.token_hash in (
        select p.pixel_token_hash from signature_user_tracking p where p.organization_id = ${organizationId} and ${whose}
        union all select p.pixel_token_hash from signature_tracking_pixels p where p.organization_id = ${organizationId} and ${whose})
      order by l.id`.execute(trx);
    return rows.map(({ row }) => row);
  });
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
