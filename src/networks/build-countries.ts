import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type CountryRange, encodeCountries } from './country-table.ts';

/**
 * Makes the country table from the CSV files ("first,last,country" a line, addresses as numbers) of the data package;
 * the build calls it, and ships the table instead of the package's 17 MB. A line of another shape throws, naming it.
 */
export async function buildCountries(files: { v4: string; v6: string }, target: string): Promise<void> {
  const ranges = [...(await readRanges(files.v4, 4)), ...(await readRanges(files.v6, 6))];
  await writeFile(target, encodeCountries(ranges));
}

const LINE = /^(\d{1,39}),(\d{1,39}),([A-Z]{2})$/;

async function readRanges(path: string, version: 4 | 6): Promise<CountryRange[]> {
  const ranges: CountryRange[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line === '') continue;
    const [, first = '', last = '', country = ''] = LINE.exec(line) ?? [];
    if (country === '') throw new Error(`${path}: expected first,last,country and got "${line.slice(0, 80)}"`);
    ranges.push({ version, first: BigInt(first), last: BigInt(last), country });
  }
  return ranges.sort((a, b) => (a.first < b.first ? -1 : 1));
}
