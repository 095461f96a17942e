import { isTest, listFiles, readText } from './source-files.ts';

/** Who writes each table of the migrations: table → the zones of src/ that insert, update or delete its rows. */
export function findTableWriters(root: string): ReadonlyMap<string, readonly string[]> {
  const code = listFiles(root, ['src']).filter((path) => path.endsWith('.ts') && !isTest(path));
  const writes = code.flatMap((path) =>
    toWrittenTables(readText(root, path)).map((table) => ({ table, zone: path.split('/')[1] ?? '' })),
  );
  return new Map(
    listTables(root).map((table) => {
      const zones = writes.filter((write) => write.table === table).map((write) => write.zone);
      return [table, [...new Set(zones)].sort()];
    }),
  );
}

function listTables(root: string): readonly string[] {
  const migrations = listFiles(root, ['src/db/migrations']).filter((path) => path.endsWith('.sql'));
  return migrations.flatMap((path) =>
    [...readText(root, path).matchAll(/^create table (\w+)/gm)].map(([, table = '']) => table),
  );
}

const SQL_WRITE = /\b(?:insert into|update|delete from|truncate|merge into)\s+(?:only\s+)?"?(\w+)"?/gi;
const KYSELY_WRITE = /\.(?:insertInto|updateTable|deleteFrom|mergeInto)\(\s*['"](\w+)/g;

/** In SQL as in Kysely's words. What a text merely says ("update settings") counts only when it is a table's name. */
function toWrittenTables(text: string): readonly string[] {
  return [...text.matchAll(SQL_WRITE), ...text.matchAll(KYSELY_WRITE)].map(([, table = '']) => table);
}
