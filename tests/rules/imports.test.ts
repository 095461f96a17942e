import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findForbiddenImports } from './find-forbidden-imports.ts';
import { IMPORT_MAP } from './import-map.ts';
import { readImports } from './read-imports.ts';
import { isTest, listFiles, ROOT, readText } from './source-files.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function check(files: Record<string, string>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'mailtracker-rules-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return findForbiddenImports(root, { dependencies: ['zod', 'pg', '@scope/a'], devDependencies: ['react', 'vitest'] });
}

test('the code keeps to the import map', () => {
  const { dependencies, devDependencies, bundled } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const packages = {
    dependencies: [...Object.keys(dependencies), ...bundled],
    devDependencies: Object.keys(devDependencies),
  };
  expect(findForbiddenImports(ROOT, packages)).toEqual([]);
});

test('what the build puts into dist is installed for building only, and code of the server uses each of it', () => {
  const { devDependencies, bundled } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const imported = listFiles(ROOT, ['src'])
    .filter((path) => !isTest(path))
    .flatMap((path) => (path.endsWith('.ts') ? readImports(readText(ROOT, path)) : []))
    .map(({ specifier }) => specifier ?? '');
  for (const name of bundled) {
    expect(devDependencies).toHaveProperty([name]);
    expect(
      imported.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)),
      name,
    ).toBe(true);
  }
});

test('docs/architecture.md shows the map that is held', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const table = page.slice(page.indexOf('## Who may import whom'));
  const rows = [...table.matchAll(/^\| `(\w+)` \| ([^|]*) \|$/gm)];
  const shown = Object.fromEntries(
    rows.map(([, zone = '', names = '']) => [zone, names === 'nothing' ? [] : names.split(', ')]),
  );
  expect(shown).toEqual(IMPORT_MAP);
});

test('docs/architecture.md says of every folder of src what it holds, or that it is to come', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const folders = page.slice(page.indexOf('## Folders'), page.indexOf('## Who may import whom'));
  const toCome = folders.slice(folders.lastIndexOf('|'));
  const filled = new Set(listFiles(ROOT, ['src']).map((path) => path.split('/')[1]?.replace(/\.ts$/, '') ?? ''));
  for (const zone of Object.keys(IMPORT_MAP).filter((name) => name !== 'web')) {
    if (filled.has(zone)) expect(folders).toMatch(new RegExp(`^\\|.*\`src/${zone}(\\.ts)?\`.*\\|$`, 'm'));
    else expect(toCome).toContain(`\`${zone}\``);
  }
});

describe('a forbidden edge goes red', () => {
  const edges: readonly [kind: string, text: string][] = [
    ['static import', `import { connect } from '../db/connect.ts';`],
    ['import for its effects', `import '../db/connect.ts';`],
    ['import over several lines', `import {\n  connect,\n  type Databases,\n} from '../db/connect.ts';`],
    ['namespace import', `import * as db from "../db/connect.ts";`],
    ['default import without spaces', `import db from'../db/connect.ts';`],
    ['re-export', `export { connect } from '../db/connect.ts';`],
    ['re-export of everything', `export * from '../db/connect.ts';`],
    ['re-export under a name', `export * as db from '../db/connect.ts';`],
    ['type import', `import type { Databases } from '../db/connect.ts';`],
    ['type re-export', `export type { Databases } from '../db/connect.ts';`],
    ['type query', `export type D = import('../db/connect.ts').Databases;`],
    ['dynamic import', `export const db = await import('../db/connect.ts');`],
    ['dynamic import of a template', 'export const db = await import(`../db/connect.ts`);'],
    [
      'dynamic import with attributes',
      `export const db = await import('../db/connect.json', { with: { type: 'json' } });`,
    ],
    ['dynamic import in a template', 'export const text = `${(await import("../db/connect.ts")).x} `;'],
    ['require', `const db = require('../db/connect.ts');`],
    ['worker file', `new Worker(new URL('../db/connect.ts', import.meta.url));`],
    [
      'worker file by choice',
      `new URL(isTs(import.meta.url) ? '../db/connect.ts' : '../db/connect.js', import.meta.url);`,
    ],
    ['worker file by template', 'new URL(`../db/connect${suffix}`, import.meta.url);'],
    ['resolved path', `import.meta.resolve('../db/connect.ts');`],
    ['the long way round', `import { connect } from '../../src/db/connect.ts';`],
    ['after a regular expression with a quote', `const quote = /['"\`]/;\nimport '../db/connect.ts';`],
    ['after a division', `const half = width / 2;\nconst third = width / 3; import '../db/connect.ts';`],
    ['after a comment with a quote', `// don't\n/* it's */ import '../db/connect.ts';`],
  ];
  test.each(edges)('%s', (_kind, text) => {
    const found = check({ 'src/kit/x.ts': text });
    expect(found.length).toBeGreaterThan(0);
    for (const offence of found) expect(offence).toMatch(/^src\/kit\/x\.ts:\d kit may not import db /);
  });

  test('from a React file, past an apostrophe of its text', () => {
    const text = `export const A = () => <p>Don't / won't {b} </p>;\nconst db = import('../../src/db/connect.ts');`;
    expect(check({ 'web/pages/a.tsx': text })).toEqual([
      'web/pages/a.tsx:2 web may not import db (../../src/db/connect.ts)',
    ]);
  });

  test('of a stage that calls the next stage', () => {
    expect(check({ 'src/collect/x.ts': `import { processBatch } from '../process/process-batch.ts';` })).toHaveLength(
      1,
    );
    expect(check({ 'src/http/x.ts': `import type { Spool } from '../spool/spool.ts';` })).toHaveLength(1);
  });
});

describe('what cannot be judged goes red', () => {
  test.each([
    ['an import of an expression', 'const name = "x"; await import(name);'],
    ['an import of a template with a substitution', 'await import(`../${name}/x.ts`);'],
    ['a required expression', 'require(name);'],
    ['a file address by expression', 'new URL(name, import.meta.url);'],
  ])('%s', (_kind, text) => {
    expect(check({ 'src/kit/x.ts': text })).toEqual([expect.stringContaining('use a literal')]);
  });

  test('a folder that the map does not know', () => {
    expect(check({ 'src/shared/x.ts': '' })).toEqual([expect.stringContaining('"shared"')]);
  });

  test('a template or a comment that does not end', () => {
    expect(() => check({ 'src/kit/x.ts': 'const a = `${b;' })).toThrow(/does not end|ends inside/);
    expect(() => check({ 'src/kit/x.ts': '/* ' })).toThrow('does not end');
  });
});

describe('packages', () => {
  test('code of the server may not need a development dependency', () => {
    expect(check({ 'src/db/x.ts': `import { expect } from 'vitest';` })).toHaveLength(1);
    expect(
      check({ 'src/db/x.ts': `import pg from 'pg'; import a from '@scope/a/deep'; import fs from 'node:fs';` }),
    ).toEqual([]);
  });

  test('domain reaches nothing, contract only zod, web no Node', () => {
    expect(check({ 'src/domain/x.ts': `import { createHash } from 'node:crypto';` })).toHaveLength(1);
    expect(check({ 'src/contract/x.ts': `import pg from 'pg';` })).toHaveLength(1);
    expect(check({ 'web/x.tsx': `import { readFile } from 'node:fs';` })).toHaveLength(1);
    expect(
      check({ 'src/contract/x.ts': `import { z } from 'zod';`, 'web/x.tsx': `import React from 'react';` }),
    ).toEqual([]);
  });

  test('tests may import anything, code may not import tests', () => {
    expect(check({ 'src/domain/x.test.ts': `import '../db/connect.ts'; import { test } from 'vitest';` })).toEqual([]);
    expect(check({ 'src/domain/x.ts': `import './y.test.ts';` })).toHaveLength(1);
    expect(check({ 'src/commands/x.ts': `import '../../tests/support/seed.ts';` })).toHaveLength(1);
  });
});

describe('what only looks like an import stays green', () => {
  test.each([
    ['a comment', `// import '../db/connect.ts'\n/* import('../db/connect.ts') */`],
    ['a text', `const text = "import '../db/connect.ts'";`],
    ['a template', "const text = `import '../db/connect.ts'`;"],
    ['an address inside a text', `const address = 'http://x/'; const other = new URL('../db', address);`],
    ['import.meta.url alone', 'const here = new URL(import.meta.url);'],
    ['an allowed neighbour', `import { now } from './clock.ts';`],
  ])('%s', (_kind, text) => {
    expect(check({ 'src/kit/x.ts': text })).toEqual([]);
  });

  test('lines are counted through comments, templates and texts', () => {
    const text = '/* a\n b */\nconst t = `x\n${y}\n`;\nimport "./z.ts";';
    expect(readImports(text)).toEqual([{ specifier: './z.ts', line: 6 }]);
  });
});
