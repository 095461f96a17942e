import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, makeTempFolder, removeFolder, waitFor } from './running-server.ts';
import { makeCertificate, readDeployed, type TestProxy } from './test-proxy.ts';
import { unpackPackages } from './unpack-packages.ts';

/** The system's nginx, or Debian's package unpacked into node_modules/.cache. */
export async function startNginx(serverPort: number): Promise<TestProxy> {
  const { path, env } = await findNginx();
  const folder = await makeTempFolder();
  await chmod(folder, 0o755);
  await makeCertificate(folder);
  const [httpsPort, httpPort] = [await findFreePort(), await findFreePort()];
  await writeFile(join(folder, 'site.conf'), await toSite({ folder, httpsPort, httpPort, serverPort }));
  await writeFile(join(folder, 'nginx.conf'), toMain(folder));
  await mkdir(join(folder, 'temp'));
  const words = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')];
  await promisify(execFile)(path, [...words, '-t'], { env });
  const child = spawn(path, words, { env, stdio: 'ignore' });
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${httpPort}/`, { redirect: 'manual' })).status > 0,
    'nginx to answer',
  );
  return {
    httpsPort,
    httpPort,
    certificate: await read('cert.pem'),
    logs: async () => `${await read('access.log')}${await read('error.log')}`,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      if (child.exitCode === null) await ended;
      await removeFolder(folder);
    },
  };
}

function toSite(at: { folder: string; httpsPort: number; httpPort: number; serverPort: number }): Promise<string> {
  return readDeployed('nginx.conf', [
    ['server 127.0.0.1:3000;', `server 127.0.0.1:${at.serverPort};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${at.httpsPort} ssl;`],
    ['listen 80;', `listen 127.0.0.1:${at.httpPort};`],
    ['/etc/ssl/mailtracker/fullchain.pem', join(at.folder, 'cert.pem')],
    ['/etc/ssl/mailtracker/key.pem', join(at.folder, 'key.pem')],
  ]);
}

function toMain(folder: string): string {
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, 'temp', name)};`,
  );
  return `daemon off;
pid ${join(folder, 'nginx.pid')};
worker_processes 1;
error_log ${join(folder, 'error.log')} info;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 256; }
http {
  access_log ${join(folder, 'access.log')};
  ${temps.join('\n  ')}
  include ${join(folder, 'site.conf')};
}
`;
}

async function findNginx(): Promise<{ path: string; env: NodeJS.ProcessEnv }> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  const system = folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path));
  if (system !== undefined) return { path: system, env: process.env };
  const { root, env } = await unpackPackages('nginx', ['nginx', 'libpcre2-8-0', 'libssl3'], 'usr/sbin/nginx');
  return { path: join(root, 'usr/sbin/nginx'), env };
}
