import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { PixelId } from '../domain/ids.ts';
import type { Log } from '../kit/log.ts';
import { storeAttention } from './attention.ts';
import { type DigestJob, makeDigests } from './make-digests.ts';
import type { Letter } from './to-digest-letter.ts';

let database: TestDatabase;
let acme: SeededOrganization;
const letters: Letter[] = [];
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  letters.length = 0;
  acme = await seedOrganization(database, { settings: { timezone: 'Europe/Berlin' } });
});

/** `now` as ISO text. */
const run = (now: string, send: DigestJob['send'] = async (letter) => void letters.push(letter)) =>
  makeDigests({ databases: database, log, now: Date.parse(now), publicUrl: 'https://mail.example.com', send });

const mine = () => letters.filter(({ to }) => to === acme.members[0].email);

async function wantDigestAt(digestAt: string, since = '2026-01-01T00:00:00Z') {
  const { organizationId } = acme;
  const { memberId } = acme.members[0];
  const attention = { quietHours: null, minimumLevel: 'hot' as const, digestAt };
  await withTenant(database, organizationId, (trx) =>
    storeAttention(trx, { organizationId, memberId, attention, now: Date.parse(since) }),
  );
}

/** A signal that waited since `at`. */
async function storeHeld(
  at: string,
  title = 'Acme Corp Proposal',
  silencedFor: 'minimum_level' | 'muted' = 'minimum_level',
) {
  await database.system
    .insertInto('signals')
    .values({
      organization_id: acme.organizationId,
      user_id: acme.members[0].memberId,
      campaign_id: acme.campaign.campaignId,
      pixel_id: randomUUID() as string as PixelId,
      rule: 'revived',
      level: 'warm',
      confidence: 'certain',
      title,
      reasons: JSON.stringify([{ code: 'quiet_days', days: 9 }]) as never,
      device: null,
      raised_at: at,
      fades_at: new Date(Date.parse(at) + 3_600_000),
      silenced_for: silencedFor,
      created_at: at,
    })
    .execute();
}

const readMails = async () =>
  (
    await database.system
      .selectFrom('signal_digests')
      .select(['day', 'mail', 'signals'])
      .where('organization_id', '=', acme.organizationId)
      .orderBy('day')
      .execute()
  ).map(({ day, mail, signals }) => [day, mail, signals]);

test('what waited is told once a day at the local time, in one letter, and never again', async () => {
  await wantDigestAt('08:00');
  await storeHeld('2026-06-09T20:15:00Z');
  await storeHeld('2026-06-09T21:00:00Z', 'Muted deal', 'muted');
  await run('2026-06-10T05:59:59Z');
  expect(mine()).toEqual([]);
  await run('2026-06-10T06:00:00Z');
  expect(mine()).toMatchObject([{ subject: 'One signal waited for you' }]);
  expect(mine()[0]?.text).toContain('- Tue 22:15  Acme Corp Proposal: First open after 9 quiet days\n');
  expect(mine()[0]?.text).not.toContain('Muted');
  await run('2026-06-10T09:00:00Z');
  await run('2026-06-11T06:00:00Z');
  expect(mine()).toHaveLength(1);
  expect(await readMails()).toEqual([
    ['2026-06-10', 'sent', 1],
    ['2026-06-11', 'none', 0],
  ]);
});

test('eight nodes that make digests at once send one letter', async () => {
  await wantDigestAt('08:00');
  await storeHeld('2026-06-09T20:15:00Z');
  const made = await Promise.all(Array.from({ length: 8 }, () => run('2026-06-10T06:00:00Z')));
  expect(made.reduce((sum, one) => sum + one, 0)).toBe(1);
  expect(mine()).toHaveLength(1);
});

test('over the change of clocks each local day has one digest, also at an hour that is skipped or comes twice', async () => {
  await wantDigestAt('02:30');
  const steps = (day: string) =>
    Array.from({ length: 8 }, (_, step) => new Date(Date.parse(`${day}T00:00:00Z`) + step * 900_000).toISOString());
  // 2026-03-29: 2:30 is no time in Berlin. 2026-10-25: it comes twice.
  for (const now of ['2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25'].flatMap(steps)) {
    await storeHeld(new Date(Date.parse(now) - 600_000).toISOString());
    await run(now);
  }
  const days = (await readMails()).map(([day]) => day);
  expect(days).toEqual(['2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25']);
  expect(mine()).toHaveLength(4);
});

test('nothing is told twice and nothing is lost between two digests', async () => {
  await wantDigestAt('08:00');
  const times = ['2026-06-09T08:00:00Z', '2026-06-10T05:58:59.999Z', '2026-06-10T05:59:00Z', '2026-06-10T12:00:00Z'];
  for (const [index, at] of times.entries()) await storeHeld(at, `Deal ${index}`);
  for (const now of ['2026-06-10T06:00:00Z', '2026-06-11T06:00:00Z', '2026-06-12T06:00:00Z']) await run(now);
  const told = mine().map(({ text }) => [...text.matchAll(/Deal \d/g)].map(([deal]) => deal).sort());
  expect(told).toEqual([
    ['Deal 0', 'Deal 1'],
    ['Deal 2', 'Deal 3'],
  ]);
});

test('a mail server that refuses is asked once; without one the digest is on screen only', async () => {
  await wantDigestAt('08:00');
  await storeHeld('2026-06-09T20:15:00Z');
  await run('2026-06-10T06:00:00Z', () => Promise.reject(new Error('refused')));
  await storeHeld('2026-06-10T20:15:00Z');
  await run('2026-06-11T06:00:00Z', null);
  expect(await readMails()).toEqual([
    ['2026-06-10', 'failed', 1],
    ['2026-06-11', 'none', 1],
  ]);
});

test('who asks for a digest after its time of day gets the first one the day after', async () => {
  await wantDigestAt('08:00', '2026-06-10T13:00:00Z');
  await storeHeld('2026-06-10T12:00:00Z');
  await run('2026-06-10T13:01:00Z');
  expect(await readMails()).toEqual([]);
  await run('2026-06-11T06:00:00Z');
  expect(mine()).toHaveLength(1);
});
