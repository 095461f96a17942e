import { writeSync } from 'node:fs';
import { openDatabases } from '../../src/db/open-databases.ts';
import { startDelivery } from '../../src/deliver/start-delivery.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { createMetrics } from '../../src/kit/metrics.ts';
import { prepareDelivery } from './delivering.ts';

// A deliverer as a process of its own: `<database url> <timeout ms> <lease ms>`. It runs until it is told to stop, or killed.

const [url = '', timeoutMs = '15000', leaseMs = '60000'] = process.argv.slice(2);
const databases = openDatabases(url, { poolMax: 6 });
const context = prepareDelivery(databases, systemClock, { timeoutMs: Number(timeoutMs) });
const deliverer = startDelivery({ context, metrics: createMetrics(), sendLetter: null, leaseMs: Number(leaseMs) });
writeSync(1, 'started\n');

process.on('SIGTERM', async () => {
  await deliverer.stop();
  await context.close();
  await databases.close();
});
