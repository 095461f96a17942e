// In: the text of a CSV file in pieces (RFC 4180). Out: its rows with the line each begins on. Commas, semicolons or tabs,
// whichever the first line holds most of; any line end; a byte order mark is skipped. What must never happen: one bad
// row that swallows the good ones behind it without a word, or a row without end that fills the memory.

export interface CsvRow {
  /** Of the file, from 1, where the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why the row cannot be believed; null when all is well. */
  readonly problem: string | null;
}

export const CSV_CELL_CHARS_MAX = 10_000;
export const CSV_CELLS_MAX = 200;

/** Empty lines are left out. A cell or row beyond the limits is cut and its row has a problem. */
export async function* parseCsv(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<CsvRow> {
  const parser = createParser();
  for await (const piece of pieces) {
    parser.read(piece);
    yield* parser.takeRows();
  }
  parser.end();
  yield* parser.takeRows();
}

interface Parser {
  read(piece: string): void;
  end(): void;
  takeRows(): CsvRow[];
}

type Place = 'cell start' | 'plain' | 'quoted' | 'after quote';

function createParser(): Parser {
  let separator: string | null = null;
  /** What came before the first line end: the separator is not known until then. */
  let head = '';
  let rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let place: Place = 'cell start';
  let problem: string | null = null;
  let line = 1;
  let rowLine = 1;
  let wasReturn = false;

  const endCell = (): void => {
    if (cells.length < CSV_CELLS_MAX) cells.push(cell);
    else problem ??= `more than ${CSV_CELLS_MAX} cells`;
    cell = '';
    place = 'cell start';
  };
  const endRow = (): void => {
    const isEmpty = cells.length === 0 && cell === '' && place === 'cell start';
    endCell();
    if (!isEmpty) rows.push({ line: rowLine, cells, problem });
    cells = [];
    problem = null;
  };
  const add = (char: string): void => {
    if (cell.length < CSV_CELL_CHARS_MAX) cell += char;
    else problem ??= `a cell of more than ${CSV_CELL_CHARS_MAX} characters`;
  };
  const readChar = (char: string): void => {
    if (place === 'quoted') {
      if (char === '"') place = 'after quote';
      else add(char);
    } else if (char === '"' && place === 'cell start') place = 'quoted';
    else if (char === '"' && place === 'after quote') {
      add(char);
      place = 'quoted';
    } else if (char === separator) endCell();
    else if (char === '\n' || char === '\r') endRow();
    else {
      if (place === 'after quote') problem ??= 'text after a closing quote';
      else place = 'plain';
      add(char);
    }
  };
  const readAll = (text: string): void => {
    for (const char of text) {
      const isSecondHalf = char === '\n' && wasReturn;
      wasReturn = char === '\r';
      if (isSecondHalf && place !== 'quoted') {
        rowLine = line;
        continue;
      }
      readChar(char);
      if (char === '\r' || (char === '\n' && !isSecondHalf)) line += 1;
      if (cells.length === 0 && place === 'cell start') rowLine = line;
    }
  };

  return {
    read: (piece) => {
      if (separator !== null) return readAll(piece);
      head += piece;
      if (!/[\r\n]/.test(head) && head.length < CSV_CELL_CHARS_MAX) return;
      separator = toSeparator(head);
      readAll(head.replace(/^\uFEFF/, ''));
      head = '';
    },
    end: () => {
      if (separator === null) {
        separator = toSeparator(head);
        readAll(head.replace(/^\uFEFF/, ''));
      }
      if (place === 'quoted') problem ??= 'a quote that is never closed';
      if (cells.length > 0 || cell !== '' || place !== 'cell start') endRow();
    },
    takeRows: () => {
      const taken = rows;
      rows = [];
      return taken;
    },
  };
}

/** Counted outside quotes, in the first line. */
function toSeparator(head: string): string {
  const first = head.replace(/"[^"]*"/g, '').split(/[\r\n]/)[0] ?? '';
  const count = (separator: string) => first.split(separator).length;
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}
