/** A value of an array that PostgreSQL reads. */
export type ArrayValue = string | number | boolean | Uint8Array | null;

/**
 * Values as the text of a PostgreSQL array, for a parameter such as `${toArrayText(ids)}::uuid[]`. The driver does the
 * same with an array, for numbers and words in four times the time, and only when the statement before it was answered.
 */
export function toArrayText(values: readonly ArrayValue[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null) text += 'NULL';
    else if (typeof value === 'string') text += isPlain(value) ? value : toQuoted(value);
    else if (typeof value === 'object') text += toBytesText(value);
    else text += value;
  }
  return `${text}}`;
}

/** Also ids, dates and the words of our closed lists. "null" would be none, and an empty text needs its quotes. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_:.+-]*$/;

function isPlain(text: string): boolean {
  return PLAIN.test(text) && (text.length !== 4 || text.toLowerCase() !== 'null');
}

function toQuoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function toBytesText(bytes: Uint8Array): string {
  const view = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return `"\\\\x${view.toString('hex')}"`;
}
