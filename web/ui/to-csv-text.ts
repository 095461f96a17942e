export type Cell = string | number | null;

/** Rows as a file that spreadsheets read: RFC 4180, and no text that a spreadsheet would run as a formula. */
export function toCsvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(toCsvCell).join(',')}\r\n`).join('');
}

function toCsvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `${cell}`;
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
