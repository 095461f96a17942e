import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kit/clock.ts';
import { silentLog } from '../../kit/log.ts';
import { appendAll, describeSpool, readAll, toHit, waitFor } from '../spool.conformance.ts';
import type { Spool, SpoolSync } from '../spool.ts';
import { type DiskSpoolOptions, openDiskSpool } from './disk-spool.ts';

const folders: string[] = [];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtracker-spool-'));
  folders.push(folder);
  return folder;
}

function open(folder: string, changes: Partial<DiskSpoolOptions> = {}): Promise<Spool> {
  return openDiskSpool({ folder, sync: 'durable', bytesMax: 2 ** 30, log: silentLog, clock: systemClock, ...changes });
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

for (const sync of ['durable', 'fast'] satisfies SpoolSync[]) {
  describeSpool({ name: `disk (${sync})`, open: async (options) => open(await makeFolder(), { sync, ...options }) });
}

describe('disk spool over restarts', () => {
  test('goes on after a restart with the same ids and content, and only with what was not acknowledged', async () => {
    const folder = await makeFolder();
    const first = await open(folder);
    for (let number = 0; number < 6; number += 1) await appendAll(first, [toHit(number)]);
    const blocks = await readAll(first);
    await first.acknowledge(blocks.slice(0, 2).map((block) => block.id));
    await first.close();

    const second = await open(folder);
    expect(second.figures()).toMatchObject({ blocks: 4, corruptBlocks: 0 });
    expect(second.figures().lagMs).toBeGreaterThan(0);
    expect(await readAll(second)).toEqual(blocks.slice(2));
    await appendAll(second, [toHit(100)]);
    const added = await readAll(second);
    await second.close();

    const third = await open(folder);
    expect(await readAll(third)).toEqual([...blocks.slice(2), ...added]);
    await third.close();
  });

  test('leaves no hit on the disk once all are acknowledged and it is closed', async () => {
    const folder = await makeFolder();
    const spool = await open(folder);
    await appendAll(spool, [toHit(1)]);
    await spool.acknowledge((await readAll(spool)).map((block) => block.id));
    await spool.close();
    expect(await readdir(folder)).toEqual(['cursor']);
  });

  test('a segment is removed within its age once its hits are acknowledged, while the spool runs', async () => {
    const folder = await makeFolder();
    const spool = await open(folder, { segmentAgeMsMax: 20 });
    await appendAll(spool, [toHit(1)]);
    await spool.acknowledge((await readAll(spool)).map((block) => block.id));
    await waitForSegments(folder, 0);
    await appendAll(spool, [toHit(2)]);
    expect(await readAll(spool)).toMatchObject([{ records: [{ hitAt: toHit(2).hitAt }] }]);
    await spool.close();
  });

  test('full segments are followed by new ones and go one by one as they are acknowledged', async () => {
    const folder = await makeFolder();
    const spool = await open(folder, { segmentBytesMax: 1_000 });
    for (let number = 0; number < 30; number += 1) await appendAll(spool, [toHit(number)]);
    expect((await readSegmentNames(folder)).length).toBeGreaterThan(4);
    const blocks = await readAll(spool);
    expect(blocks.map((block) => block.records[0]?.hitAt)).toEqual(
      Array.from({ length: 30 }, (_, n) => toHit(n).hitAt),
    );
    await spool.acknowledge(blocks.slice(0, 29).map((block) => block.id));
    await waitForSegments(folder, 1);
    await spool.close();
    const again = await open(folder);
    expect(await readAll(again)).toEqual(blocks.slice(29));
    await again.close();
  });
});

async function readSegmentNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.segment'));
}

async function waitForSegments(folder: string, count: number): Promise<void> {
  let found = -1;
  await waitFor(() => {
    readSegmentNames(folder).then((names) => {
      found = names.length;
    });
    return found === count;
  });
}

test('a spool at its cap says so in the log, once and not with every hit', async () => {
  const errors: string[] = [];
  const log = { ...silentLog, error: (_: object, event: string) => errors.push(event) };
  const spool = await open(await makeFolder(), { bytesMax: 20_000, log });
  for (let number = 0; number < 500; number += 1) spool.append(toHit(number));
  expect(spool.figures().refused).toBeGreaterThan(200);
  expect(errors).toEqual(['spool.refused']);
  await spool.close();
});
