import { z } from 'zod';
import type { MemberRole } from '../db/schema.ts';
import type { CsvRow } from '../kit/parse-csv.ts';

/** One person of a file, checked. */
export interface ImportRow {
  readonly line: number;
  readonly name: string;
  /** Lower case. */
  readonly email: string;
  readonly role: MemberRole;
  readonly department: string | null;
  readonly title: string | null;
  readonly phone: string | null;
}

/** Why a line is nobody. */
export interface RowFault {
  readonly line: number;
  /** The column at fault, null when the row as a whole is. */
  readonly field: string | null;
  readonly reason: string;
}

export type ParsedRow = ImportRow | RowFault;

/** The file as a whole is not one of people; the message says what was expected. */
export class FileError extends Error {}

export interface MemberRows {
  readonly head: { readonly ignoredColumns: readonly string[] };
  readonly rows: AsyncIterable<ParsedRow>;
}

const COLUMNS = ['name', 'email', 'department', 'title', 'phone', 'role'] as const;
type Column = (typeof COLUMNS)[number];

/** Reads the first row as the names of the columns, in any order and case. Throws FileError without name and email. */
export async function parseMemberRows(
  rows: AsyncIterator<CsvRow>,
  limits: { readonly rowsMax: number },
): Promise<MemberRows> {
  const first = await rows.next();
  if (first.done)
    throw new FileError('The file is empty. Its first line names the columns: name,email,department,title,phone,role.');
  const names = first.value.cells.map((cell) => cell.trim().toLowerCase());
  const places = new Map<Column, number>();
  for (const column of COLUMNS) if (names.includes(column)) places.set(column, names.indexOf(column));
  const missing = (['name', 'email'] as const).filter((column) => !places.has(column));
  if (missing.length > 0)
    throw new FileError(
      `The first line must name the columns; it lacks ${missing.join(' and ')}. Known: ${COLUMNS.join(', ')}.`,
    );
  const ignoredColumns = names.filter((name) => name !== '' && !COLUMNS.includes(name as Column));
  return { head: { ignoredColumns }, rows: parseRows(rows, places, limits.rowsMax) };
}

async function* parseRows(
  rows: AsyncIterator<CsvRow>,
  places: ReadonlyMap<Column, number>,
  rowsMax: number,
): AsyncGenerator<ParsedRow> {
  /** Address → the line it stood on first. */
  const seen = new Map<string, number>();
  let count = 0;
  for (let next = await rows.next(); !next.done; next = await rows.next()) {
    count += 1;
    if (count > rowsMax) throw new FileError(`The file has more than ${rowsMax} rows. Split it.`);
    const row = parseRow(next.value, places);
    if ('reason' in row) {
      yield row;
      continue;
    }
    const earlier = seen.get(row.email);
    if (earlier === undefined) {
      seen.set(row.email, row.line);
      yield row;
    } else yield { line: row.line, field: 'email', reason: `${row.email} stands on line ${earlier} already` };
  }
}

const text = (max: number) => z.string().max(max, `at most ${max} characters`);
const ROLES = ['owner', 'admin', 'member'] as const;

const ROW = z.object({
  name: text(120).min(1, 'a name is missing'),
  email: text(254).min(1, 'an email address is missing').toLowerCase().pipe(z.email('not an email address')),
  department: text(80).transform(toNull),
  title: text(120).transform(toNull),
  phone: text(40).transform(toNull),
  role: z
    .string()
    .toLowerCase()
    .transform((role) => (role === '' ? 'member' : role))
    .pipe(z.enum(ROLES, { error: `not a role: ${ROLES.join(', ')}, or nothing for member` })),
});

function parseRow({ line, cells, problem }: CsvRow, places: ReadonlyMap<Column, number>): ParsedRow {
  if (problem !== null) return { line, field: null, reason: problem };
  const values = Object.fromEntries(COLUMNS.map((column) => [column, toText(cells[places.get(column) ?? -1] ?? '')]));
  for (const [field, value] of Object.entries(values))
    if (/\p{Cc}/u.test(value)) return { line, field, reason: 'holds a line end or another control character' };
  const parsed = ROW.safeParse(values);
  if (parsed.success) return { line, ...parsed.data };
  const [issue] = parsed.error.issues;
  return { line, field: String(issue?.path[0] ?? '') || null, reason: issue?.message ?? 'cannot be read' };
}

function toNull(value: string): string | null {
  return value === '' ? null : value;
}

/** Without the apostrophe that keeps a spreadsheet from running a cell. */
function toText(cell: string): string {
  return cell.trim().replace(/^'(?=[=+\-@])/, '');
}
