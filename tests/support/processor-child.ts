import { writeSync } from 'node:fs';
import { openDatabases } from '../../src/db/open-databases.ts';
import { silentLog } from '../../src/kit/log.ts';
import { createMetrics } from '../../src/kit/metrics.ts';
import { createProcessMetrics } from '../../src/process/process-metrics.ts';
import { startProcessor } from '../../src/process/run-processor.ts';
import { openDiskSpool } from '../../src/spool/disk/disk-spool.ts';

// A processor as a process of its own: `<database url> <spool folder> <now>`. It says how many blocks it has done and how
// many of them had been done before, and runs until it is told to stop, or killed.

const [url = '', folder = '', now = '0'] = process.argv.slice(2);
const clock = { now: () => Number(now) };
const databases = openDatabases(url, { poolMax: 4 });
const spool = await openDiskSpool({ folder, sync: 'durable', bytesMax: 2 ** 30, log: silentLog, clock });
const processor = startProcessor({
  spool,
  databases,
  log: silentLog,
  clock,
  metrics: createProcessMetrics(createMetrics(), () => 0),
  batchHitsMax: 1,
});
let said = '';
const saying = setInterval(() => {
  const { replayedBlocks, hits } = processor.figures();
  const text = `${spool.figures().blocks} ${replayedBlocks} ${hits}\n`;
  if (text !== said) writeSync(1, text);
  said = text;
}, 5);

process.on('SIGTERM', async () => {
  clearInterval(saying);
  await processor.stop();
  await spool.close();
  await databases.close();
});
