import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROLES } from '../../src/commands/role.ts';
import { readConfig } from '../../src/config.ts';
import { ROOT } from './source-files.ts';

// No engine runs containers here: what can be wrong in their files without one is looked for by hand. The image's steps
// are those of tests/journeys/package.test.ts, one by one.

const SETTINGS = Object.keys(readConfig({})).map((key) => key.replace(/[A-Z]/g, '_$&').toUpperCase());
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('deploy/Dockerfile', () => {
  const lines = read('deploy/Dockerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ instruction: line.split(' ')[0] ?? '', words: line.split(/\s+/).slice(1), line }));
  const stages = lines.filter(({ instruction }) => instruction === 'FROM');
  const last = lines.slice(lines.lastIndexOf(stages.at(-1) ?? lines[0]!));

  test('holds instructions that there are, begins each stage from one pinned release, and copies from stages before', () => {
    const known = 'FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD'.split(' ');
    expect(lines.filter(({ instruction }) => !known.includes(instruction))).toEqual([]);
    expect(new Set(stages.map(({ words }) => words[0]))).toEqual(new Set(['node:24-bookworm-slim']));
    const named = stages.map(({ words }) => words[2]);
    for (const { line } of lines.filter((one) => one.line.includes('--from=')))
      expect(named).toContain(/--from=(\w+)/.exec(line)?.[1]);
    for (const name of ['package.json', 'package-lock.json', '.npmrc', 'bin/build.mjs'])
      expect(existsSync(join(ROOT, name)), name).toBe(true);
  });

  test('ends as an ordinary user, with a health check, a signal that ends it gently, and words in brackets', () => {
    const of = (name: string) => last.filter(({ instruction }) => instruction === name);
    expect(of('USER').map(({ words }) => words[0])).toEqual(['node']);
    expect(last.findIndex(({ instruction }) => instruction === 'USER')).toBeLessThan(
      last.findIndex(({ instruction }) => instruction === 'ENTRYPOINT'),
    );
    expect(of('STOPSIGNAL')[0]?.words).toEqual(['SIGTERM']);
    const health = of('HEALTHCHECK')[0]?.line ?? '';
    expect(JSON.parse(health.slice(health.indexOf('CMD ') + 4))[2]).toContain('/api/t/health');
    for (const name of ['ENTRYPOINT', 'CMD']) {
      const line = of(name)[0]?.line ?? '';
      expect(Array.isArray(JSON.parse(line.slice(name.length))), name).toBe(true);
    }
    expect(of('ENTRYPOINT')[0]?.line).toContain('node_modules/mailtracker/dist/main.js');
  });

  test("leaves a developer's folders and data out", () => {
    const ignored = read('deploy/Dockerfile.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', 'node_modules', 'dist', 'data']));
  });
});

test('deploy/compose.yaml runs each role once, with settings that there are, and waits for a healthy database and Redis', () => {
  const { services, volumes } = parse(read('deploy/compose.yaml'), { merge: true });
  const ours = Object.values<Service>(services).filter(({ image }) => image === 'mailtracker');
  expect(ours.map(({ command }) => command?.[2]).sort()).toEqual([...ROLES].sort());
  for (const { command, environment, depends_on, read_only, cap_drop } of ours) {
    expect(command?.slice(0, 2)).toEqual(['serve', '--role']);
    expect(Object.keys(environment ?? {}).filter((name) => !SETTINGS.includes(name))).toEqual([]);
    expect(environment).toMatchObject({ DATABASE_URL: expect.anything(), REDIS_URL: expect.anything() });
    expect(Object.keys(depends_on ?? {})).toEqual(['postgres', 'redis']);
    expect([read_only, cap_drop]).toEqual([true, ['ALL']]);
  }
  for (const { image, healthcheck } of [services.postgres, services.redis] as Service[]) {
    expect(image).toMatch(/:\d+-/);
    expect(healthcheck?.test.length).toBeGreaterThan(1);
  }
  const mounted = Object.values<Service>(services).flatMap((service) => service.volumes ?? []);
  for (const mount of mounted) expect(Object.keys(volumes)).toContain(mount.split(':')[0]);
  expect(services.redis.command).toEqual(expect.arrayContaining(['noeviction', '--appendonly']));
});

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: object;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
}

describe('deploy/mailtracker.service', () => {
  const unit = read('deploy/mailtracker.service');

  test('starts the packed program, not as root, ends it gently, and gives it a folder of its own', () => {
    for (const line of [
      'User=mailtracker',
      'StateDirectory=mailtracker',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
    ])
      expect(unit).toContain(`\n${line}\n`);
    expect(unit).toMatch(/^ExecStart=.*node_modules\/mailtracker\/dist\/main\.js serve$/m);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(10);
    const { version } = JSON.parse(read('package.json'));
    expect(unit).toContain(`mailtracker-${version}.tgz`);
  });

  test.runIf(existsSync('/usr/bin/systemd-analyze'))('passes systemd-analyze verify', () => {
    execFileSync('systemd-analyze', ['verify', join(ROOT, 'deploy/mailtracker.service')], { stdio: 'pipe' });
  });
});

test('each alert rule says for whom and why, and each panel of the dashboard asks something', () => {
  const { groups } = parse(read('deploy/alerts.yaml'));
  const rules = groups.flatMap((group: { rules: Rule[] }) => group.rules);
  expect(rules.length).toBeGreaterThan(8);
  for (const { alert, expr, labels, annotations } of rules as Rule[]) {
    expect(alert).toMatch(/^MailTracker[A-Z]\w+$/);
    expect(expr).toMatch(/[<>=]/);
    expect(['page', 'warn']).toContain(labels.severity);
    expect(annotations.summary && annotations.description, alert).toBeTruthy();
  }
  const { panels } = JSON.parse(read('deploy/grafana-dashboard.json'));
  expect(new Set(panels.map(({ id }: { id: number }) => id)).size).toBe(panels.length);
  for (const { title, targets } of panels)
    expect(
      targets.every(({ expr }: Rule) => expr !== ''),
      title,
    ).toBe(true);
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
