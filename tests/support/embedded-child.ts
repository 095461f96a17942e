import { once } from 'node:events';
import { startEmbedded } from '../../src/db/embedded/start-embedded.ts';
import { silentLog } from '../../src/kit/log.ts';

// A process that uses the embedded PostgreSQL: prints one line of JSON, then waits for a byte on standard input to
// give the server back and end. Started by embedded-process.ts.

const { dataDir, ...options } = JSON.parse(process.argv[2] ?? '{}');
try {
  const server = await startEmbedded(dataDir, silentLog, options);
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
  await once(process.stdin, 'data');
  await server.stop();
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
}
process.exit();
