import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

const { refuseWrongVersion, toReleased } = await import(pathToFileURL(join(ROOT, 'bin/release.mjs')).href);

describe('a release', () => {
  test.each(['0.2.1', '0.3.0', '1.0.0', '0.10.0'])('may be %s after 0.2.0', (version) => {
    expect(() => refuseWrongVersion(version, '0.2.0')).not.toThrow();
  });

  test.each(['0.2.0', '0.1.9', '0.0.3', '1.0', 'v1.0.0', '01.0.0', '1.0.0-rc.1', '', undefined])(
    'may not be %s',
    (version) => {
      expect(() => refuseWrongVersion(version, '0.2.0')).toThrow();
    },
  );

  test('takes what stands under Unreleased and leaves an empty one', () => {
    const before = '# Changelog\n\n## [Unreleased]\n\n- new\n\n## [0.2.0] - 2026-01-01\n\n- old\n';
    const after = toReleased(before, '0.3.0', '2026-02-01');
    expect(after).toContain('## [Unreleased]\n\n## [0.3.0] - 2026-02-01\n\n- new\n\n## [0.2.0] - 2026-01-01');
    expect(() => toReleased(after, '0.4.0', '2026-03-01')).toThrow('nothing under [Unreleased]');
  });
});

test('the package, its lockfile and the changelog tell the same version', () => {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const { version } = JSON.parse(read('package.json'));
  const lock = JSON.parse(read('package-lock.json'));
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
  expect(read('CHANGELOG.md')).toContain(`## [${version}] - 20`);
  expect(read('docs/getting-started.md')).toContain(`mailtracker-${version}.tgz`);
});
