import { expect, test } from 'vitest';
import { listFiles, ROOT, readText } from './source-files.ts';

test('every event that docs/logs.md explains is one that the program writes', () => {
  const tables = readText(ROOT, 'docs/logs.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const told = tables.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`(\w+\.\w+)`/g)].map(([, event]) => event),
  );
  expect(told.length).toBeGreaterThan(30);
  const written = listFiles(ROOT, ['src'])
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readText(ROOT, path))
    .join('\n');
  expect(told.filter((event) => !written.includes(`'${event}'`))).toEqual([]);
});
