import { parseArgs } from 'node:util';
import { createAuth } from '../accounts/create-auth.ts';
import { readConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabases } from '../db/open-databases.ts';
import { systemClock } from '../kit/clock.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { createLog } from '../kit/log.ts';
import type { Command } from './command.ts';
import { DEMO_HISTORY_DAYS } from './demo-history.ts';
import { type DemoTools, prepareDemo } from './prepare-demo.ts';
import { readAppSecret } from './read-app-secret.ts';
import { storeDemoHistory } from './store-demo-history.ts';

export const demoCommand: Command = {
  name: 'demo',
  summary: `fill in an organization with ${DEMO_HISTORY_DAYS} days of plausible history, to try the product`,
  help: `
Usage: mailtracker demo [--json]

Makes an organization with 12 members in 4 departments, 3 campaigns and ${DEMO_HISTORY_DAYS} days of opens, through the same stage
that processes real ones; works whether or not the server is running. Run again, it changes nothing and prints the
same; interrupted, it is taken up where it stopped.

  --json  print one JSON object: url, organizationId, admin and member (email, password, userId), apiKey, userPixelUrl
          and campaignPixelUrl (the member's), campaignId (the member's deal)`,
  run: demo,
};

async function demo(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options: { json: { type: 'boolean', default: false } } });
  const config = readConfig(process.env);
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const appSecret = await readAppSecret(config);
  const server = await connect({ databaseUrl: config.databaseUrl, dataDir: config.dataDir }, log);
  try {
    await migrate(server.url, log);
    const databases = await openDatabases(server.url, { log });
    try {
      const secret = toPurposeKey(appSecret, 'sign-in').toString('base64url');
      const tools: DemoTools = {
        databases,
        auth: createAuth({ databases, publicUrl: config.publicUrl, secret, log }),
        clock: systemClock,
        tokenKey: toPurposeKey(appSecret, 'pixel-token'),
        passwordKey: toPurposeKey(appSecret, 'demo-password'),
        demoKeyKey: toPurposeKey(appSecret, 'demo-api-key'),
        urls: { publicUrl: config.publicUrl, pixelUrl: config.pixelUrl },
        tell: (line) => process.stderr.write(`${line}\n`),
      };
      const prepared = await prepareDemo(tools);
      await storeDemoHistory(tools, prepared);
      process.stdout.write(values.json ? `${JSON.stringify(prepared.answer)}\n` : toText(prepared.answer));
    } finally {
      await databases.close();
    }
  } finally {
    await server.stop();
  }
  return 0;
}

/** What `--json` prints. */
export interface DemoAnswer {
  readonly url: string;
  readonly organizationId: string;
  readonly admin: DemoAccount;
  readonly member: DemoAccount;
  /** With the scope admin. */
  readonly apiKey: string;
  readonly userPixelUrl: string;
  readonly campaignPixelUrl: string;
  readonly campaignId: string;
}

export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly userId: string;
}

function toText(answer: DemoAnswer): string {
  return `The demo is in place.

  Open     ${answer.url}
  Member   ${answer.member.email}   ${answer.member.password}
  Admin    ${answer.admin.email}   ${answer.admin.password}

Load the member's pixel to see an open arrive:
  curl -A "Thunderbird/128.0" ${answer.userPixelUrl}
`;
}
