import { sql, type Transaction } from 'kysely';
import { type Actor, recordAudit } from '../audit/record-audit.ts';
import type { Databases } from '../db/open-databases.ts';
import type { MemberRole, Schema } from '../db/schema.ts';
import type { DepartmentId, OrganizationId, PersonId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { parseCsv } from '../kit/parse-csv.ts';
import { issueUserPixels } from '../signatures/issue-user-pixels.ts';
import { type ImportRow, type ParsedRow, parseMemberRows, type RowFault } from './parse-member-rows.ts';
import { lockSeats, toFreeSeats } from './seats.ts';

// In: a CSV file of people. Out: members with their pixels, in batches of one transaction each, and every row that
// could not be one, by line and reason. What must never happen: a member without a pixel, a row half done, a bad row
// that takes good ones with it. Nobody can sign in by this: they come by invitation, password reset or single sign-on.

export interface ImportOrder {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  /** The actor's: only an owner imports owners and admins. */
  readonly actorRole: MemberRole;
  /** Everything is tried and nothing kept. */
  readonly isDryRun: boolean;
  /** The file in pieces of text. */
  readonly file: AsyncIterable<string> | Iterable<string>;
  /** Called after each batch. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly rows: number;
  readonly imported: number;
  readonly failed: number;
}

export interface ImportReport extends ImportProgress {
  readonly isDryRun: boolean;
  /** By line; at most FAULTS_MAX of them, `failed` counts all. */
  readonly errors: readonly RowFault[];
  /** Columns of the file that mean nothing here. */
  readonly ignoredColumns: readonly string[];
}

export interface ImportTools {
  readonly databases: Databases;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
  readonly plan: Plan;
}

const BATCH_ROWS = 500;
export const IMPORT_ROWS_MAX = 100_000;
const FAULTS_MAX = 10_000;

/** Throws FileError when the file as a whole cannot be read as one of people; batches before it stay. */
export async function importMembers(tools: ImportTools, order: ImportOrder): Promise<ImportReport> {
  const { head, rows } = await parseMemberRows(parseCsv(order.file), { rowsMax: IMPORT_ROWS_MAX });
  const sums = { rows: 0, imported: 0, failed: 0 };
  const errors: RowFault[] = [];
  let batch: ParsedRow[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const outcome = await importBatch(tools, order, { batch, seatsPlanned: order.isDryRun ? sums.imported : 0 });
    sums.rows += batch.length;
    sums.imported += outcome.imported;
    sums.failed += outcome.faults.length;
    errors.push(...outcome.faults.slice(0, FAULTS_MAX - errors.length));
    batch = [];
    order.onProgress?.({ ...sums });
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= BATCH_ROWS) await flush();
  }
  await flush();
  return { ...sums, isDryRun: order.isDryRun, errors, ignoredColumns: head.ignoredColumns };
}

interface BatchOutcome {
  readonly imported: number;
  /** By line. */
  readonly faults: readonly RowFault[];
}

class DryRunDone extends Error {
  readonly outcome: BatchOutcome;
  constructor(outcome: BatchOutcome) {
    super('dry run');
    this.outcome = outcome;
  }
}

async function importBatch(
  tools: ImportTools,
  order: ImportOrder,
  input: { batch: readonly ParsedRow[]; seatsPlanned: number },
): Promise<BatchOutcome> {
  const transaction = tools.databases.system.transaction().execute(async (trx) => {
    const outcome = await storeBatch(trx, { tools, order, ...input });
    if (order.isDryRun) throw new DryRunDone(outcome);
    return outcome;
  });
  if (!order.isDryRun) return transaction;
  return transaction.catch((error: unknown) => {
    if (error instanceof DryRunDone) return error.outcome;
    throw error;
  });
}

interface BatchInput {
  readonly tools: ImportTools;
  readonly order: ImportOrder;
  readonly batch: readonly ParsedRow[];
  /** Seats that a dry run has given away and not kept. */
  readonly seatsPlanned: number;
}

async function storeBatch(trx: Transaction<Schema>, input: BatchInput): Promise<BatchOutcome> {
  const { order, batch, tools } = input;
  const { organizationId } = order;
  const free = toFreeSeats(await lockSeats(trx, organizationId, tools.plan)) - input.seatsPlanned;
  const faults = batch.flatMap((row) => ('reason' in row ? [row] : []));
  const rows = refuseRanks(
    batch.flatMap((row) => ('reason' in row ? [] : [row])),
    order,
    faults,
  );
  const known = await readKnownEmails(trx, organizationId, rows);
  const fresh = rows.filter((row) => !known.has(row.email));
  for (const { line, email } of rows.filter((row) => known.has(row.email)))
    faults.push({ line, field: 'email', reason: `${email} is already a member` });
  const seated = fresh.slice(0, Math.max(0, free));
  for (const { line } of fresh.slice(seated.length)) faults.push({ line, field: null, reason: 'no free seat is left' });
  if (seated.length > 0) await storeMembers(trx, input, seated);
  return { imported: seated.length, faults: faults.sort((a, b) => a.line - b.line) };
}

function refuseRanks(rows: readonly ImportRow[], { actorRole }: ImportOrder, faults: RowFault[]): readonly ImportRow[] {
  if (actorRole === 'owner') return rows;
  return rows.filter(({ line, role }) => {
    if (role === 'member') return true;
    faults.push({ line, field: 'role', reason: `only an owner imports an ${role}` });
    return false;
  });
}

async function readKnownEmails(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  rows: readonly ImportRow[],
): Promise<ReadonlySet<string>> {
  const { rows: found } = await sql<{ email: string }>`
    select person.email from users person join organization_users member on member.user_id = person.id
    where member.organization_id = ${organizationId} and person.email = any(${rows.map((row) => row.email)}::text[])`.execute(
    trx,
  );
  return new Set(found.map((row) => row.email));
}

async function storeMembers(trx: Transaction<Schema>, input: BatchInput, rows: readonly ImportRow[]): Promise<void> {
  const { organizationId, actor } = input.order;
  const departments = await storeDepartments(trx, organizationId, rows);
  const persons = await storePersons(trx, rows);
  const members = await trx
    .insertInto('organization_users')
    .values(
      rows.map((row) => ({
        organization_id: organizationId,
        user_id: requireKnown(persons, row.email),
        role: row.role,
        name: row.name,
        department_id: row.department === null ? null : requireKnown(departments, row.department),
        title: row.title,
        phone: row.phone,
      })),
    )
    .returning('id')
    .execute();
  const memberIds = members.map((member) => member.id);
  await issueUserPixels(trx, { organizationId, memberIds, tokenKey: input.tools.tokenKey });
  const lines = `${rows[0]?.line} to ${rows.at(-1)?.line}`;
  const entry = { action: 'members.imported', subject: { id: null, name: `lines ${lines} of a file` } } as const;
  await recordAudit(trx, { organizationId, actor, ...entry, after: { members: rows.length } });
}

/** By name, made where the organization has none of it. */
async function storeDepartments(
  trx: Transaction<Schema>,
  organizationId: OrganizationId,
  rows: readonly ImportRow[],
): Promise<ReadonlyMap<string, DepartmentId>> {
  const names = [...new Set(rows.flatMap((row) => row.department ?? []))].sort();
  if (names.length === 0) return new Map();
  const stored = await trx
    .insertInto('departments')
    .values(names.map((name) => ({ organization_id: organizationId, name })))
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'name']).doUpdateSet((set) => ({ name: set.ref('excluded.name') })),
    )
    .returning(['id', 'name'])
    .execute();
  return new Map(stored.map((row) => [row.name, row.id]));
}

/** By address, in its order: two imports that share people cannot wait for each other. A known person keeps their name. */
async function storePersons(
  trx: Transaction<Schema>,
  rows: readonly ImportRow[],
): Promise<ReadonlyMap<string, PersonId>> {
  const sorted = [...rows].sort((a, b) => (a.email < b.email ? -1 : 1));
  const emails = sorted.map((row) => row.email);
  await sql`insert into users (name, email) select name, email
    from unnest(${sorted.map((row) => row.name)}::text[], ${emails}::text[]) with ordinality as input (name, email, n) order by n
    on conflict (email) do nothing`.execute(trx);
  const found = await trx
    .selectFrom('users')
    .where(sql<boolean>`email = any(${emails}::text[])`)
    .select(['id', 'email'])
    .execute();
  return new Map(found.map((row) => [row.email, row.id]));
}

function requireKnown<T>(known: ReadonlyMap<string, T>, key: string): T {
  const value = known.get(key);
  if (value === undefined) throw new Error('a row that was just stored cannot be found');
  return value;
}
