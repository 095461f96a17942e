import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findHouseOffences, LINES_MAX } from './find-house-offences.ts';
import { listFiles, ROOT, readText } from './source-files.ts';

const TEXT = /\.(ts|tsx|mjs|md|sql|json|css|html|yml|yaml)$/;

describe('every file keeps the rules of the hand', () => {
  const inRoot = readdirSync(ROOT).filter((name) => TEXT.test(name) && name !== 'package-lock.json');
  const files = [...listFiles(ROOT), ...listFiles(ROOT, ['docs', '.ci']), ...inRoot].filter(
    (path) => TEXT.test(path) || path === '.ci/run',
  );

  test('the search finds the files', () => {
    expect(files).toEqual(
      expect.arrayContaining(['src/main.ts', 'tests/rules/house.test.ts', 'package.json', '.ci/run']),
    );
  });

  test('names, sizes, marks, silences and forbidden words', () => {
    expect(files.flatMap((path) => findHouseOffences(path, readText(ROOT, path)))).toEqual([]);
  });
});

describe('an offence goes red', () => {
  const word = (...parts: string[]) => parts.join('');
  const offences: readonly [title: string, path: string, text: string, expected: RegExp][] = [
    ['a file that is too long', 'src/kit/x.ts', 'const a = 1;\n'.repeat(LINES_MAX + 1), /401 lines/],
    ['a test file that is too long', 'src/kit/x.test.ts', 'const a = 1;\n'.repeat(LINES_MAX + 1), /401 lines/],
    ...[
      'utils',
      'util',
      'helpers',
      'common',
      'lib',
      'misc',
      'types',
      'interfaces',
      'constants',
      'manager',
      'service',
      'handler',
      'index',
    ].map((name): [string, string, string, RegExp] => [
      `a file called ${name}`,
      `src/kit/${name}.ts`,
      '',
      /says nothing/,
    ]),
    ['a React file called index', 'web/pages/index.tsx', '', /says nothing/],
    ['a React file in PascalCase', 'web/ui/SignIn.tsx', '', /kebab-case/],
    ['a file in camelCase', 'src/kit/toHash.ts', '', /kebab-case/],
    ['a file in snake_case', 'src/kit/to_hash.ts', '', /kebab-case/],
    ['a folder in PascalCase', 'web/Pages/x.ts', '', /kebab-case/],
    ['a file named after nothing in it', 'src/kit/clock.ts', 'export const systemTime = 1;', /named after/],
    ['a verb that does something else', 'src/kit/to-hash.ts', 'export function readHash() {}', /named after/],
    ['an unfinished mark', 'src/kit/x.ts', `// ${word('TO', 'DO')}: later`, /unfinished/],
    ['an unfinished mark in a test', 'tests/journeys/x.test.ts', `// ${word('FIX', 'ME')}`, /unfinished/],
    ['a path of a machine', 'docs/x.md', `see ${word('/ro', 'ot/x')}`, /machine/],
    ['a silenced compiler', 'src/kit/x.ts', word('// @ts-', 'ignore'), /silences/],
    ['a test alone', 'src/kit/x.test.ts', word('test.', "only('x', () => {});"), /does not run/],
    ['a skipped test', 'tests/journeys/x.test.ts', word('describe.', "skip('x', () => {});"), /does not run/],
    ['a planned test', 'src/kit/x.test.ts', word('it.', "todo('x');"), /does not run/],
    ['a concurrent test alone', 'src/kit/x.test.ts', word('test.concurrent.', "only('x', () => {});"), /does not run/],
    ['a mocked module', 'src/kit/x.test.ts', word('vi.', "mock('./clock.ts');"), /mocks/],
    ['a reading of the environment', 'src/db/x.ts', 'const url = process.env.URL;', /environment/],
    ['a reading of the environment by index', 'src/db/x.ts', "const url = process.env['URL'];", /environment/],
    ['an environment handed to anybody', 'src/db/x.ts', 'spawn(file, process.env);', /environment/],
    ['the console on the server', 'src/db/x.ts', "console.log('x');", /console/],
    ['the console in a screen', 'web/pages/x.tsx', "console.error('x');", /console/],
    ['the other test runner', 'src/kit/x.test.ts', "import { test } from 'node:test';", /node:test/],
  ];
  test.each(offences)('%s', (_title, path, text, expected) => {
    const found = findHouseOffences(path, text);
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  test.each([
    ['a comment or text that only names a forbidden word', 'src/db/x.ts', "// process.env\nconst a = 'console.log';"],
    ['the environment handed to its reader', 'src/commands/x.ts', 'const config = readConfig(process.env);'],
    ['the environment handed over with more', 'src/commands/x.ts', 'readConfig({ ...process.env, PORT: port });'],
    ['a test of what only some platforms can do', 'src/kit/x.test.ts', "test.runIf(canMount())('x', () => {});"],
    ['a command that speaks', 'src/commands/x.ts', "console.log('x');"],
    ['a file of the longest length', 'src/kit/x.ts', 'const a = 1;\n'.repeat(LINES_MAX)],
    ['a page of text that is long', 'docs/x.md', 'a\n'.repeat(LINES_MAX + 1)],
    ['a file named after its function', 'src/kit/to-hash.ts', 'export function toHash() {}'],
    [
      'a file that leaves out the verb or the role',
      'src/http/campaigns.ts',
      'export async function campaignRoutes() {}',
    ],
    ['a file that has no export', 'src/main.ts', 'await run();'],
  ])('%s stays green', (_title, path, text) => {
    expect(findHouseOffences(path, text)).toEqual([]);
  });
});

describe('what is fetched', () => {
  test('the lockfile and npm settings name no registry, so that any mirror serves', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": *"http/);
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).not.toMatch(/^ *registry *=/m);
  });

  test('the lockfile is of this package.json', () => {
    const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages[''];
    for (const list of ['dependencies', 'optionalDependencies', 'devDependencies'])
      expect(locked[list]).toEqual(own[list]);
  });

  test('every dependency is pinned to one version', () => {
    const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const versions = Object.values({ ...own.dependencies, ...own.optionalDependencies, ...own.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([]);
  });
});

test('CI runs the test command of the README and nothing before it', () => {
  const script = readFileSync(join(ROOT, '.ci/run'), 'utf8');
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(readme).toContain('npm test');
  const commands = script.split('\n').filter((line) => /^\s*(if )?(npm|npx|node|apt|apt-get|curl|bash)\b/.test(line));
  expect(commands).toEqual(['if npm test </dev/null; then']);
  expect(existsSync(join(ROOT, 'LICENSE'))).toBe(true);
});
