#!/usr/bin/env node
// Makes a release of what is committed: checks, version, changelog, commit, tag and the packed file. It publishes
// nothing: pushing the tag and uploading the file are acts of a person.
//
//   node bin/release.mjs 0.3.0 [--dry-run]

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, orExit, ROOT, run, StepError, step } from './step.mjs';

/** Throws StepError, before anything is changed, when the version or the folder is not fit for it. */
export async function release(version, { dryRun = false, today = new Date().toISOString().slice(0, 10) } = {}) {
  const { version: before } = JSON.parse(read('package.json'));
  refuseWrongVersion(version, before);
  if (git('status', '--porcelain') !== '') throw new StepError('There are changes that are not committed.');
  if (git('tag', '--list', `v${version}`) !== '') throw new StepError(`The tag v${version} is already there.`);
  const changes = {
    'CHANGELOG.md': toReleased(read('CHANGELOG.md'), version, today),
    ...Object.fromEntries(NAMING.map((path) => [path, toVersion(read(path), path, before, version)])),
  };
  if (dryRun) {
    process.stdout.write(`Would release ${version} after ${before}: ${Object.keys(changes).join(', ')}\n`);
    return;
  }
  await step('running every test', () => run('npm', ['test'], { shell: process.platform === 'win32' }));
  for (const [path, text] of Object.entries(changes)) writeFileSync(join(ROOT, path), text);
  git('commit', '--all', '--message', `chore(release): ${version}`);
  git('tag', '--annotate', `v${version}`, '--message', `MailTracker ${version}`);
  await step('packing', () => run('npm', ['pack'], { shell: process.platform === 'win32' }));
  process.stdout.write(`mailtracker-${version}.tgz is packed. To publish: git push origin main v${version}\n`);
}

/** Files that name the version, besides the changelog. */
const NAMING = ['package.json', 'package-lock.json', 'docs/getting-started.md', 'deploy/mailtracker.service'];
const UNRELEASED = '## [Unreleased]';

/** What stands under Unreleased becomes the version's; what was there before stays as it was. */
export function toReleased(changelog, version, today) {
  const at = changelog.indexOf(UNRELEASED);
  const body = at < 0 ? '' : (changelog.slice(at + UNRELEASED.length).split('\n## [')[0] ?? '');
  if (body.trim() === '') throw new StepError('CHANGELOG.md tells nothing under [Unreleased].');
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${today}`);
}

/** Greater than the last one, by semantic versioning, without a pre-release. */
export function refuseWrongVersion(version, before) {
  const parts = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version ?? '');
  if (parts === null) throw new StepError('Expected a version such as 1.4.0.');
  const old = before.split('.').map(Number);
  const now = parts.slice(1).map(Number);
  const at = now.findIndex((part, index) => part !== old[index]);
  if (at < 0 || now[at] < old[at]) throw new StepError(`${version} does not come after ${before}.`);
}

/** In JSON the first field of that name (two of a lockfile's), elsewhere the packed file's name. */
function toVersion(text, path, before, version) {
  const [old, now] = path.endsWith('.json')
    ? [`"version": "${before}"`, `"version": "${version}"`]
    : [`mailtracker-${before}.tgz`, `mailtracker-${version}.tgz`];
  if (!text.includes(old)) throw new StepError(`${path} does not name ${before}.`);
  const times = path === 'package-lock.json' ? 2 : 1;
  return Array.from({ length: times }).reduce((changed) => changed.replace(old, now), text);
}

function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}

function git(...words) {
  return execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();
}

if (isMain(import.meta.url)) {
  const words = process.argv.slice(2);
  const dryRun = words.includes('--dry-run');
  await orExit(() =>
    release(
      words.find((word) => !word.startsWith('--')),
      { dryRun },
    ),
  );
}
