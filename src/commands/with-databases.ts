import { type Config, readConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { type Databases, openDatabases } from '../db/open-databases.ts';
import { createLog } from '../kit/log.ts';
import { readAppSecret } from './read-app-secret.ts';

/** What a command that works on the data uses. */
export interface CommandTools {
  readonly config: Config;
  readonly databases: Databases;
  readonly appSecret: string;
}

/** Opens the database, running server or not, brings it up to date, and closes it after `work`. */
export async function withDatabases<T>(
  work: (tools: CommandTools) => Promise<T>,
  options: { readonly statementMsMax?: number } = {},
): Promise<T> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const appSecret = await readAppSecret(config);
  const server = await connect({ databaseUrl: config.databaseUrl, dataDir: config.dataDir }, log);
  try {
    await migrate(server.url, log);
    const databases = openDatabases(server.url, { log, ...options });
    try {
      return await work({ config, databases, appSecret });
    } finally {
      await databases.close();
    }
  } finally {
    await server.stop();
  }
}
