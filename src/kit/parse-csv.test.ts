import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CSV_CELL_CHARS_MAX, CSV_CELLS_MAX, parseCsv } from './parse-csv.ts';
import { toCsvLine } from './to-csv-line.ts';

async function parse(...pieces: string[]) {
  const rows = [];
  for await (const row of parseCsv(pieces)) rows.push(row);
  return rows;
}

const cells = async (...pieces: string[]) => (await parse(...pieces)).map((row) => row.cells);

test.each<[string, string, string[][]]>([
  [
    'plain cells',
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'Windows line ends and none at the end',
    'a,b\r\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'old Macintosh line ends',
    'a,b\rc,d\r',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'empty cells',
    'a,,\n,,b\n',
    [
      ['a', '', ''],
      ['', '', 'b'],
    ],
  ],
  ['empty lines', '\na\n\n\nb\n\n', [['a'], ['b']]],
  ['a quoted separator', '"a,b",c\n', [['a,b', 'c']]],
  ['a quoted quote', '"say ""hi""",c\n', [['say "hi"', 'c']]],
  [
    'a quoted line end',
    '"a\r\nb",c\nd,e\n',
    [
      ['a\r\nb', 'c'],
      ['d', 'e'],
    ],
  ],
  ['a quote inside a plain cell', 'a "b" c,d\n', [['a "b" c', 'd']]],
  ['an empty quoted cell alone on its line', 'a\n""\nb\n', [['a'], [''], ['b']]],
  [
    'semicolons',
    'a;b;c\nd,e;f;g\n',
    [
      ['a', 'b', 'c'],
      ['d,e', 'f', 'g'],
    ],
  ],
  ['tabs', 'a\tb\tc;d\n', [['a', 'b', 'c;d']]],
  ['a byte order mark', '\uFEFFa,b\n', [['a', 'b']]],
  ['a separator hidden in quotes', '"a;b;c",d\n', [['a;b;c', 'd']]],
  ['letters beyond the first plane', 'a,😀é\n', [['a', '😀é']]],
  ['nothing', '', []],
])('%s', async (_title, text, expected) => {
  expect(await cells(text)).toEqual(expected);
  expect(await cells(...text)).toEqual(expected);
});

test('each row knows its line, also after cells of several lines and empty lines', async () => {
  const rows = await parse('a,b\r\n"x\r\ny",z\r\n\r\nlast,row\r\n');
  expect(rows.map((row) => row.line)).toEqual([1, 2, 5]);
});

test.each([
  ['"a"b,c\nd,e\n', 'text after a closing quote', 2],
  ['a,"b\nc,d\n', 'a quote that is never closed', 1],
  [`${'x'.repeat(CSV_CELL_CHARS_MAX + 1)}\nok\n`, 'characters', 2],
  [`${'x,'.repeat(CSV_CELLS_MAX + 1)}\nok\n`, 'cells', 2],
])('a bad row says why and leaves the next one alone: %#', async (text, problem, count) => {
  const rows = await parse(text);
  expect(rows).toHaveLength(count);
  expect(rows[0]?.problem).toContain(problem);
  for (const row of rows.slice(1)) expect(row.problem).toBeNull();
});

test('what is written is read back, wherever the pieces end', async () => {
  const word = fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'ö'),
  });
  const table = fc.array(fc.array(word, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, size) => {
      const all = [['first', 'second'], ...rows];
      const text = all.map(toCsvLine).join('');
      const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'gu')) ?? [];
      const read = await parse(...pieces);
      expect(read.map((row) => row.cells)).toEqual(all.map((row) => row.map((cell) => cell.replace(/^[\r]/, "'\r"))));
    }),
  );
});
