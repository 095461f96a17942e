import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Hit, SpoolBlock, SpoolRecord, ThrottledHits } from '../domain/hit.ts';
import type { Spool, SpoolPosition } from './spool.ts';

export interface SpoolKind {
  readonly name: string;
  open(options: { bytesMax: number }): Promise<Spool>;
}

/** What every implementation of the spool promises. */
export function describeSpool(kind: SpoolKind): void {
  const opened: Spool[] = [];
  const openSpool = async (bytesMax = 16 * 1024 * 1024): Promise<Spool> => {
    const spool = await kind.open({ bytesMax });
    opened.push(spool);
    return spool;
  };

  afterEach(async () => {
    for (const spool of opened.splice(0)) await spool.close();
  });

  describe(`${kind.name} spool`, () => {
    test('hands over every record as it was appended, in order', async () => {
      const spool = await openSpool();
      const records: SpoolRecord[] = Array.from({ length: 100 }, (_, number) => toHit(number));
      records.push(toThrottled(7), toHit(101, { userAgent: '' }), toHit(102, { userAgent: 'Grüße\u{1F4EC}\0' }));
      records.push(toHit(103, { address: { day: 20_000, today: null, yesterday: null, isLoopback: true } }));
      await appendAll(spool, records);
      const blocks = await readAll(spool);
      expect(blocks.flatMap((block) => block.records)).toEqual(records);
      expect(blocks.map((block) => block.malformed)).toEqual(blocks.map(() => 0));
    });

    test('cuts a user agent at 512 characters', async () => {
      const spool = await openSpool();
      await appendAll(spool, [toHit(1, { userAgent: '€'.repeat(5_000) })]);
      const [block] = await readAll(spool);
      expect(block?.records).toMatchObject([{ userAgent: '€'.repeat(512) }]);
    });

    test('positions grow by one and are settled up to the last one', async () => {
      const spool = await openSpool();
      const settled: [SpoolPosition, boolean][] = [];
      spool.onSettled((position, isLost) => settled.push([position, isLost]));
      expect([1, 2, 3].map((number) => spool.append(toHit(number)))).toEqual([1, 2, 3]);
      await waitFor(() => settled.at(-1)?.[0] === 3);
      expect(settled.every(([, isLost]) => !isLost)).toBe(true);
    });

    test('block ids are 32 hex digits and never the same twice', async () => {
      const ids: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        const spool = await openSpool();
        for (let number = 0; number < 10; number += 1) await appendAll(spool, [toHit(number)]);
        ids.push(...(await readAll(spool)).map((block) => block.id));
      }
      expect(ids).toHaveLength(20);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(ids).size).toBe(20);
    });

    test('a block is handed out once, and after a rewind again with the same id and content', async () => {
      const spool = await openSpool();
      for (let number = 0; number < 5; number += 1) await appendAll(spool, [toHit(number)]);
      const first = await readAll(spool);
      expect(first).toHaveLength(5);
      expect(await spool.read(10, 0)).toEqual([]);
      await spool.rewind();
      expect(await readAll(spool)).toEqual(first);
    });

    test('what is acknowledged is not handed out again, also not after a rewind', async () => {
      const spool = await openSpool();
      for (let number = 0; number < 5; number += 1) await appendAll(spool, [toHit(number)]);
      const blocks = await readAll(spool);
      await spool.acknowledge(blocks.slice(0, 3).map((block) => block.id));
      expect(spool.figures().blocks).toBe(2);
      await spool.rewind();
      expect(await readAll(spool)).toEqual(blocks.slice(3));
      await spool.acknowledge(blocks.map((block) => block.id));
      expect(spool.figures()).toMatchObject({ blocks: 0, bytes: 0, lagMs: 0 });
    });

    test('an unknown or not handed out id acknowledges nothing', async () => {
      const spool = await openSpool();
      await appendAll(spool, [toHit(1)]);
      const [block] = await readAll(spool);
      await spool.rewind();
      await spool.acknowledge(['0'.repeat(32), 'nonsense', block?.id ?? '']);
      expect(await readAll(spool)).toEqual([block]);
    });

    test('blocksMax is kept', async () => {
      const spool = await openSpool();
      for (let number = 0; number < 5; number += 1) await appendAll(spool, [toHit(number)]);
      const sizes = [];
      for (let round = 0; round < 4; round += 1) sizes.push((await spool.read(2, 0)).length);
      expect(sizes).toEqual([2, 2, 1, 0]);
    });

    test('a reader that waits gets a block as soon as it is written, and an empty list after waitMs', async () => {
      const spool = await openSpool();
      const startedAt = performance.now();
      expect(await spool.read(1, 30)).toEqual([]);
      expect(performance.now() - startedAt).toBeGreaterThan(25);
      const waiting = spool.read(1, 60_000);
      spool.append(toHit(1));
      expect(await waiting).toMatchObject([{ records: [{ hitAt: toHit(1).hitAt }] }]);
    });

    test('over its cap it refuses and counts, and takes records again once there is room', async () => {
      const spool = await openSpool(20_000);
      let accepted = 0;
      for (; accepted < 1_000; accepted += 1) if (spool.append(toHit(accepted)) === null) break;
      expect(accepted).toBeGreaterThan(50);
      expect(accepted).toBeLessThan(200);
      expect(spool.append(toHit(0))).toBeNull();
      expect(spool.figures()).toMatchObject({ refused: 2, lost: 0, bytesMax: 20_000 });
      await waitFor(() => spool.figures().blocks > 0);
      const blocks = await readUntil(spool, accepted);
      await spool.acknowledge(blocks.map((block) => block.id));
      expect(spool.append(toHit(0))).toBe(accepted + 1);
    });

    test('the lag is the age of the oldest block that is not acknowledged', async () => {
      const spool = await openSpool();
      expect(spool.figures().lagMs).toBe(0);
      await appendAll(spool, [toHit(1)]);
      // By the block's own age: on its way to Redis the lag may count from some ms before it was written.
      const writtenBy = performance.now();
      await waitFor(() => spool.figures().lagMs >= 5 && performance.now() - writtenBy >= 10);
      const [block] = await readAll(spool);
      expect(spool.figures().lagMs).toBeGreaterThanOrEqual(5);
      await spool.acknowledge([block?.id ?? '']);
      expect(spool.figures().lagMs).toBe(0);
    });

    test('close settles what is queued, wakes a waiting reader and takes nothing afterwards', async () => {
      const spool = await openSpool();
      const waiting = spool.read(1, 60_000);
      let settled = 0;
      spool.onSettled((position) => {
        settled = position;
      });
      await appendAll(spool, [toHit(1)]);
      await waiting;
      const empty = spool.read(1, 60_000);
      spool.append(toHit(2));
      await spool.close();
      expect(settled).toBe(2);
      expect((await empty).length).toBeLessThanOrEqual(1);
      expect(spool.append(toHit(3))).toBeNull();
      await spool.close();
    });
  });
}

const HIT_AT = Date.UTC(2026, 10, 20, 12);

export function toHit(number: number, changes: Partial<Hit> = {}): Hit {
  return {
    kind: 'hit',
    hitAt: HIT_AT + number,
    trackingType: number % 2 === 0 ? 'user' : 'campaign',
    tokenHash: createHash('sha256').update(String(number)).digest(),
    address: {
      day: 20_777,
      today: toBytes(number, 16),
      yesterday: number % 3 ? toBytes(~number, 16) : null,
      isLoopback: false,
    },
    userAgent: `Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy) ${number}`,
    networkClass: 'google_proxy',
    country: number % 2 ? 'DE' : null,
    hints: { isPrefetch: number % 5 === 0 },
    ...changes,
  };
}

export function toThrottled(hits: number): ThrottledHits {
  return {
    kind: 'throttled',
    hitAt: HIT_AT,
    trackingType: 'campaign',
    tokenHash: toBytes(hits, 32),
    limit: 'client_ip',
    hits,
  };
}

/** Appends and waits until the last one is settled. */
export async function appendAll(spool: Spool, records: readonly SpoolRecord[]): Promise<void> {
  let settled = 0;
  spool.onSettled((position) => {
    settled = position;
  });
  const positions = records.map((record) => spool.append(record));
  const last = positions.at(-1);
  if (typeof last !== 'number') throw new Error('refused');
  await waitFor(() => settled >= last);
}

/** All blocks that are there. */
export async function readAll(spool: Spool): Promise<SpoolBlock[]> {
  const blocks: SpoolBlock[] = [];
  for (;;) {
    const more = await spool.read(100, 0);
    if (more.length === 0) return blocks;
    blocks.push(...more);
  }
}

/** Reads until so many records came. */
export async function readUntil(spool: Spool, records: number): Promise<SpoolBlock[]> {
  const blocks: SpoolBlock[] = [];
  for (let count = 0; count < records; ) {
    const more = await spool.read(100, 10_000);
    if (more.length === 0) throw new Error(`only ${count} of ${records} records came`);
    blocks.push(...more);
    count += more.reduce((sum, block) => sum + block.records.length, 0);
  }
  return blocks;
}

export async function waitFor(isDone: () => boolean, waitMsMax = 10_000): Promise<void> {
  const giveUpAt = performance.now() + waitMsMax;
  while (!isDone()) {
    if (performance.now() > giveUpAt) throw new Error(`still waiting after ${waitMsMax} ms for ${isDone}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function toBytes(seed: number, length: number): Buffer {
  return createHash('sha256').update(`bytes ${seed}`).digest().subarray(0, length);
}
