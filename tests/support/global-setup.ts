import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/db/embedded/start-embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { silentLog } from '../../src/kit/log.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's address of the run's PostgreSQL. */
    postgresUrl: string;
  }
}

export const TEMPLATE = 'mailtracker_template';

/** One PostgreSQL per project and run, in a temporary folder, with a migrated database to clone; it ends with the run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-tests-'));
  const server = await startEmbedded(folder, silentLog, { isThrowaway: true, endsWithProcess: true });
  const tearDown = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await makeTemplate(server.url);
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('postgresUrl', server.url);
  return tearDown;
}

async function makeTemplate(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  await migrate(template.href, silentLog);
}
