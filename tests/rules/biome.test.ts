import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

// Biome's own rules are trusted; that ours are switched on, and bite where they should, is what is tested here.

const longFunction = `export function x(a: number): number {\n${'  a += 1;\n'.repeat(75)}  return a;\n}\n`;
const greedyFunction =
  'export function x(a: number, b: number, c: number, d: number, e: number): number {\n  return a + b + c + d + e;\n}\n';

const OFFENCES: Readonly<Record<string, readonly [text: string, rule: string]>> = {
  'src/kit/long-function.ts': [longFunction, 'complexity/noExcessiveLinesPerFunction'],
  'src/kit/five-parameters.ts': [greedyFunction, 'complexity/useMaxParams'],
  'src/kit/five-parameters.test.ts': [greedyFunction, 'complexity/useMaxParams'],
  'web/ui/five-parameters.tsx': [greedyFunction, 'complexity/useMaxParams'],
  'src/kit/any.ts': ['export const a: any = 1;\n', 'suspicious/noExplicitAny'],
  'src/kit/non-null.ts': ['export const a = (b: string | null) => b!.length;\n', 'style/noNonNullAssertion'],
  'src/kit/enum.ts': ['export enum A {\n  B = 1,\n}\n', 'style/noEnum'],
  'src/kit/type-import.ts': [
    "import { Clock } from './clock.ts';\nexport const a: Clock | null = null;\n",
    'style/useImportType',
  ],
  'src/kit/barrel.ts': ["export * from './clock.ts';\n", 'performance/noBarrelFile'],
  'web/ui/PascalCase.tsx': ['export const a = 1;\n', 'style/useFilenamingConvention'],
};
const FINE = { 'src/kit/within.ts': 'export function x(a: number, b: number): number {\n  return a + b;\n}\n' };

test('a long function, five parameters, any, an enum and their like go red in code; what is within the limits does not', () => {
  const texts = { ...FINE, ...Object.fromEntries(Object.entries(OFFENCES).map(([path, [text]]) => [path, text])) };
  const found = lint(texts);
  for (const [path, [, rule]] of Object.entries(OFFENCES)) expect(found).toContain(`${path} lint/${rule}`);
  expect(found.filter((line) => line.startsWith('src/kit/within.ts'))).toEqual([]);
});

test('limits are lifted for tests only', () => {
  const { overrides } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  const includes = overrides.flatMap((override: { includes: string[] }) => override.includes);
  expect(includes.filter((path: string) => !/^(\*\*\/\*\.(test|conformance)\.tsx?|tests\/.*)$/.test(path))).toEqual([]);
});

/** "path rule" for each offence that our configuration finds in files with these texts. */
function lint(texts: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mailtracker-biome-'));
  try {
    const { vcs: _, ...config } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
    const words = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
    const { diagnostics } = JSON.parse(stdout);
    return diagnostics.map(
      (found: { category: string; location: { path: string } }) => `${found.location.path} ${found.category}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
