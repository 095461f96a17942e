import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import { toNetworkClass } from '../networks/to-network-class.ts';
import { AddressBook } from './address-book.ts';

const [today, yesterday] = [randomBytes(32), randomBytes(32)];
const DAY = 20_000;

function createBook(keys: { today: Buffer | null; yesterday: Buffer | null } = { today, yesterday }) {
  const asked: string[] = [];
  const current = { keys };
  const book = new AddressBook({
    visitorKeys: (day): VisitorKeySnapshot => ({ day, ...current.keys }),
    toNetworkClass: (address) => {
      asked.push(address);
      return toNetworkClass(address);
    },
  });
  return { book, asked, setKeys: (next: typeof keys) => Object.assign(current, { keys: next }) };
}

const toHash = (key: Buffer, bytes: readonly number[]): string =>
  createHmac('sha256', key).update(Buffer.from(bytes)).digest().subarray(0, 16).toString('hex');
const toHex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('hex'));

test.each([
  ['198.51.100.7', [198, 51, 100, 7], 0xc6336407, 0],
  ['::ffff:198.51.100.7', [198, 51, 100, 7], 0xc6336407, 0],
  ['2001:db8:1:2:3:4:5:6', [0x20, 1, 0xd, 0xb8, 0, 1, 0, 2], 0x20010db8, 0x00010002],
])('%s is hashed under both keys as HMAC-SHA-256 says', (address, bytes, high, low) => {
  const { book } = createBook();
  for (let round = 0; round < 2; round += 1) {
    const { hashes, ...client } = book.toClient(address, DAY, 1);
    expect(toHex(hashes.today)).toBe(toHash(today, bytes));
    expect(toHex(hashes.yesterday)).toBe(toHash(yesterday, bytes));
    expect({ ...client, day: hashes.day }).toMatchObject({
      high,
      low,
      day: DAY,
      networkClass: toNetworkClass(address),
    });
  }
});

test('of 40,000 addresses in turn each has its own hashes, more than the table holds', () => {
  const { book, asked } = createBook();
  for (let at = 0; at < 40_000; at += 1) book.toClient(`198.18.${at >> 8}.${at & 255}`, DAY, 1);
  for (let at = 0; at < 40_000; at += 997) {
    const { hashes } = book.toClient(`198.18.${at >> 8}.${at & 255}`, DAY, 1);
    expect(toHex(hashes.today)).toBe(toHash(today, [198, 18, at >> 8, at & 255]));
  }
  expect(asked.length).toBeGreaterThan(40_000);
});

test('an address is known until ten minutes are over, the day changes, or a key comes or goes', () => {
  const { book, asked, setKeys } = createBook({ today, yesterday: null });
  const ask = (day: number, now: number) => toHex(book.toClient('198.51.100.7', day, now).hashes.yesterday);
  expect([ask(DAY, 1_000), ask(DAY, 600_999), asked.length]).toEqual([null, null, 1]);
  expect([ask(DAY, 601_000), asked.length]).toEqual([null, 2]);
  setKeys({ today, yesterday });
  expect(ask(DAY, 601_001)).toBe(toHash(yesterday, [198, 51, 100, 7]));
  expect([ask(DAY + 1, 601_002), asked.length]).toEqual([toHash(yesterday, [198, 51, 100, 7]), 4]);
  setKeys({ today: null, yesterday: null });
  const { hashes } = book.toClient('198.51.100.7', DAY + 1, 601_003);
  expect(hashes).toMatchObject({ today: null, yesterday: null });
});

test('IPv6 addresses of one network share their hashes and keep a class each', () => {
  const { book, asked } = createBook();
  const first = toHex(book.toClient('2001:db8::1', DAY, 1).hashes.today);
  expect(toHex(book.toClient('2001:db8::2', DAY, 1).hashes.today)).toBe(first);
  expect(asked).toEqual(['2001:db8::1', '2001:db8::2']);
});

test('what is no address has no hashes and nobody else’s', () => {
  const { book } = createBook();
  book.toClient('127.0.0.1', DAY, 1);
  const client = book.toClient('unknown', DAY, 1);
  const nothing = { today: null, yesterday: null, day: DAY, isLoopback: false };
  expect(client).toEqual({ networkClass: 'unknown', high: 0, low: 0, hashes: nothing });
  expect(book.toClient('127.0.0.1', DAY, 1).hashes.isLoopback).toBe(true);
  expect(book.toClient('::1', DAY, 1).hashes.isLoopback).toBe(true);
});
