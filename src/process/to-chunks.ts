/** Rows of one statement: its parameters stay below a megabyte and its locks short. */
export const STATEMENT_ROWS_MAX = 1000;

export function toChunks<T>(rows: readonly T[], rowsMax = STATEMENT_ROWS_MAX): readonly (readonly T[])[] {
  if (rows.length <= rowsMax) return rows.length === 0 ? [] : [rows];
  const chunks: (readonly T[])[] = [];
  for (let i = 0; i < rows.length; i += rowsMax) chunks.push(rows.slice(i, i + rowsMax));
  return chunks;
}
