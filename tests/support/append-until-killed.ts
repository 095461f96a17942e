import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Hit } from '../../src/domain/hit.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLog } from '../../src/kit/log.ts';
import { openDiskSpool } from '../../src/spool/disk/disk-spool.ts';
import type { SpoolSync } from '../../src/spool/spool.ts';

// A process of its own that appends as fast as it can and prints each position that was settled: `<folder> <sync>`.
// Record n says n as its time. It runs until it is killed.

const [folder = '', sync = 'durable'] = process.argv.slice(2);
const spool = await openDiskSpool({
  folder,
  sync: sync as SpoolSync,
  bytesMax: 2 ** 30,
  segmentBytesMax: 200_000,
  log: silentLog,
  clock: systemClock,
});
spool.onSettled((position, isLost) => writeSync(1, `${isLost ? 'lost' : 'settled'} ${position}\n`));
writeSync(1, 'open\n');

const tokenHash = createHash('sha256').update('token').digest();
let number = 0;
function appendSome(): void {
  for (let appended = 0; appended < 20; appended += 1) if (spool.append(toHit(number + 1)) !== null) number += 1;
  setImmediate(appendSome);
}
appendSome();

function toHit(hitAt: number): Hit {
  return {
    kind: 'hit',
    hitAt,
    trackingType: 'user',
    tokenHash,
    address: { day: 1, today: null, yesterday: null, isLoopback: false },
    userAgent: 'x'.repeat(hitAt % 200),
    networkClass: 'eyeball',
    country: null,
    hints: { isPrefetch: false },
  };
}
