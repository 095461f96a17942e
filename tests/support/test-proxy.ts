import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A real reverse proxy with its file of deploy/ as it stands, but for its ports and where certificates are. */
export interface TestProxy {
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Of the authority that signed for both of its names. */
  readonly certificate: string;
  /** Everything it wrote into its logs. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

/** For crm.example.com and t.example.com: cert.pem and key.pem in the folder. */
export async function makeCertificate(folder: string): Promise<void> {
  const names = 'subjectAltName=DNS:crm.example.com,DNS:t.example.com';
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  await promisify(execFile)('openssl', [...words, ...files, '-subj', '/CN=crm.example.com', '-addext', names]);
}

/** Fails when the file no longer says what is replaced here. */
export async function readDeployed(name: string, replaced: readonly (readonly [string, string])[]): Promise<string> {
  let text = await readFile(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
  for (const [before, after] of replaced) {
    if (!text.includes(before)) throw new Error(`deploy/${name} has no "${before}"`);
    text = text.replaceAll(before, after);
  }
  return text;
}
