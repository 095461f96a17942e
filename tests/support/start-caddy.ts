import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, makeTempFolder, removeFolder, waitFor } from './running-server.ts';
import { makeCertificate, readDeployed, type TestProxy } from './test-proxy.ts';
import { unpackPackages } from './unpack-packages.ts';

/** The system's Caddy, or Debian's package unpacked into node_modules/.cache. It fetches no certificate: it is given one. */
export async function startCaddy(serverPort: number): Promise<TestProxy> {
  const path = await findCaddy();
  const folder = await makeTempFolder();
  await makeCertificate(folder);
  const [httpsPort, httpPort] = [await findFreePort(), await findFreePort()];
  const file = join(folder, 'Caddyfile');
  const site = await toSite(folder, serverPort);
  await writeFile(file, `${toGlobals(folder, httpsPort, httpPort)}\n${site}`);
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  await promisify(execFile)(path, ['validate', '--config', file], { env });
  const child = spawn(path, ['run', '--config', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let logs = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      logs += text;
    });
  }
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${httpPort}/`, { redirect: 'manual' })).status > 0,
    'Caddy to answer',
  );
  return {
    httpsPort,
    httpPort,
    certificate: await readFile(join(folder, 'cert.pem'), 'utf8'),
    logs: async () => logs,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      if (child.exitCode === null) await ended;
      await removeFolder(folder);
    },
  };
}

function toSite(folder: string, serverPort: number): Promise<string> {
  const tls = `tls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`;
  return readDeployed('Caddyfile', [
    ['reverse_proxy 127.0.0.1:3000', `reverse_proxy 127.0.0.1:${serverPort}`],
    ['\ncrm.example.com {', `\ncrm.example.com {\n\t${tls}`],
    ['\nt.example.com {', `\nt.example.com {\n\t${tls}`],
  ]);
}

function toGlobals(folder: string, httpsPort: number, httpPort: number): string {
  return `{
	admin off
	storage file_system ${folder}
	default_bind 127.0.0.1
	https_port ${httpsPort}
	http_port ${httpPort}
}`;
}

async function findCaddy(): Promise<string> {
  const folders = (process.env.PATH ?? '').split(':');
  const system = folders.map((folder) => join(folder, 'caddy')).find((path) => existsSync(path));
  if (system !== undefined) return system;
  const { root } = await unpackPackages('caddy', ['caddy'], 'usr/bin/caddy');
  return join(root, 'usr/bin/caddy');
}
