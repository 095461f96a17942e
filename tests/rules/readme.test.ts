import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { ROOT } from './source-files.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the README tells the truth about', () => {
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|/gm)].map(([, name = '', value]) => ({
    name,
    value,
  }));

  test('which settings there are', () => {
    const settings = Object.keys(readConfig({})).map((key) => key.replace(/[A-Z]/g, '_$&').toUpperCase());
    expect(rows.map(({ name }) => name).sort()).toEqual(settings.sort());
  });

  test('what each setting is when it is not set', () => {
    for (const { name, value } of rows) expect(readConfig({ [name]: value ?? '' }), name).toEqual(readConfig({}));
    for (const { name, value } of rows) if (value === undefined) expect(isNothing(name), name).toBe(true);
  });

  test('which commands there are', () => {
    const folder = join(ROOT, 'src/commands');
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const built = texts
      .flatMap((text) => text.match(/: Command = \{\s+name: '[\w-]+'/g) ?? [])
      .map((found) => found.split("'")[1]);
    const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## The path of an open'));
    const told = [...table.matchAll(/^\| `([\w -]+)` \|/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual(built.sort());
  });

  test('what npm runs', () => {
    const scripts = [...readme.matchAll(/npm (?:run (?:-s )?)?([a-z]+)/g)].map(([, name = '']) => name);
    expect(scripts).toEqual(expect.arrayContaining(['start', 'test', 'mailtracker', 'check']));
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  test('nothing that is not there: every script starts a file of ours', () => {
    const files = Object.values<string>(manifest.scripts).flatMap(
      (script) => script.match(/\b(?:bin|bench)\/[\w-]+\.\w+/g) ?? [],
    );
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('which folders there are', () => {
    const folders = [...readme.matchAll(/`((?:src|web|docs|tests|bin)(?:\/[\w-]+)*)`/g)].map(([, path = '']) => path);
    expect(folders.length).toBeGreaterThan(8);
    expect(folders.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('which Node it needs', () => {
    expect(manifest.engines.node).toBe('>=20.19.0');
    expect(readme).toContain('Node.js 20.19 or newer');
    expect(readFileSync(join(ROOT, 'bin/ready.mjs'), 'utf8')).toContain('NODE_OLDEST = [20, 19]');
  });
});

/** True when a variable that is not set leaves nothing in its place, or what another setting says. */
function isNothing(name: string): boolean {
  const config = readConfig({});
  const key = name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const value = (config as unknown as Record<string, unknown>)[key];
  if (name === 'PIXEL_URL') return value === config.publicUrl;
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
