import { toCsvLine } from '../kit/to-csv-line.ts';

export type CsvCells = Parameters<typeof toCsvLine>[0];

/** Lines of one page of a long file. */
export const CSV_PAGE_LINES = 1_000;

interface Page<Row, Place> {
  readonly data: readonly Row[];
  readonly next: Place | null;
}

/**
 * The head and then page by page the rows of a list. `read` asks in a transaction of its own each time, so that
 * somebody who reads slowly holds no connection.
 */
export async function* readCsvPages<Row, Place>(
  head: CsvCells,
  read: (after: Place | null) => Promise<Page<Row, Place>>,
  toCells: (row: Row) => CsvCells,
): AsyncGenerator<string> {
  yield toCsvLine(head);
  for (let after: Place | null = null; ; ) {
    const page: Page<Row, Place> = await read(after);
    if (page.data.length > 0) yield page.data.map((row) => toCsvLine(toCells(row))).join('');
    if (page.next === null) return;
    after = page.next;
  }
}
