import { expect, test } from 'vitest';
import { toCsvText } from './to-csv-text.ts';

test('cells come back as they were, whatever stands in them', () => {
  expect(
    toCsvText([
      ['day', 'opens'],
      ['Mon, "8" Dec', 3],
      ['a\nb', null],
    ]),
  ).toBe('day,opens\r\n"Mon, ""8"" Dec",3\r\n"a\nb",\r\n');
});

test('a name that reads like a formula is text in a spreadsheet', () => {
  expect(toCsvText([['=HYPERLINK("x")', '@me', -3]])).toBe('"\'=HYPERLINK(""x"")",\'@me,-3\r\n');
});
