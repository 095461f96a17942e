import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../kit/log.ts';
import { type CountryTable, readCountryTable } from './country-table.ts';

/** The table the build put beside this file; where there is none (run from source) no address has a country. */
export async function openCountries(log: Log): Promise<CountryTable> {
  const path = fileURLToPath(new URL('./countries.bin', import.meta.url));
  try {
    return readCountryTable(await readFile(path));
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'networks.no_country_table');
    return { toCountry: () => null, ranges: 0 };
  }
}
