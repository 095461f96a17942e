import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { silentLog } from '../kit/log.ts';
import { startSignatureWatch } from './start-signature-watch.ts';
import { type Letter, warnSilentPixels } from './warn-silent-pixels.ts';

const NOW = Date.parse('2026-06-10T12:00:00Z');
const DAY_MS = 86_400_000;
let databases: TestDatabase;
let acme: SeededOrganization;
let letters: Letter[];

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  await databases.system.deleteFrom('organizations').execute();
  acme = await seedOrganization(databases, {
    since: new Date(NOW - 30 * DAY_MS),
    roles: ['owner', 'member', 'member'],
  });
  letters = [];
});
afterAll(() => databases.drop());

const send = async (letter: Letter): Promise<void> => {
  letters.push(letter);
};
const warn = (now = NOW, by: typeof send | null = send) =>
  warnSilentPixels({ databases, log: silentLog, now, publicUrl: 'https://mail.example', send: by });

/** Something, here a machine, loads the member's pixel. */
const load = (memberIndex: number, at: number) =>
  databases.system
    .insertInto('tracking_drop_slots')
    .values({
      organization_id: acme.organizationId,
      user_id: acme.members[memberIndex]?.memberId as never,
      reason: 'bot',
      hits: 1,
      slot_at: new Date(at),
    })
    .execute();

test('a silence is told of once: to the member, and to the admins with the names', async () => {
  await load(0, NOW - DAY_MS);
  await load(1, NOW - DAY_MS);
  const [owner, , silent] = acme.members;
  expect(await warn()).toBe(1);
  expect(letters.map(({ to }) => to)).toEqual([silent?.email, owner.email]);
  expect(letters[0]?.text).toContain('https://mail.example/signature');
  expect(letters[1]?.text).toContain(`- ${silent?.name}`);
  expect(await warn(NOW + 3_600_000)).toBe(0);
  expect(letters).toHaveLength(2);
});

test('heard again and silent again is a new silence', async () => {
  await load(0, NOW - DAY_MS);
  await load(1, NOW - DAY_MS);
  expect(await warn()).toBe(1);
  await load(2, NOW);
  expect(await warn(NOW + DAY_MS)).toBe(0);
  expect(await warn(NOW + 20 * DAY_MS)).toBe(3);
});

test('two nodes at once warn nobody twice', async () => {
  const counts = await Promise.all(Array.from({ length: 4 }, () => warn()));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  // Each of the three, and the owner once more about the two others.
  expect(letters).toHaveLength(4);
});

test('a letter that cannot be sent holds up no other, and without mail the warning is on screen only', async () => {
  await seedOrganization(databases, { since: new Date(NOW - 30 * DAY_MS), roles: ['owner'] });
  let tries = 0;
  const failing = async () => {
    tries += 1;
    throw new Error('refused');
  };
  expect(await warn(NOW, failing)).toBe(4);
  expect(tries).toBe(5);
  await databases.system.deleteFrom('signature_silent_warnings').execute();
  expect(await warn(NOW, null)).toBe(4);
});

test('where tracking is off nobody is warned; the watch runs by itself and stops', async () => {
  await databases.system
    .updateTable('organization_settings')
    .set({ tracking_settings: { mode: 'off' } as never })
    .execute();
  expect(await warn()).toBe(0);
  await databases.system
    .updateTable('organization_settings')
    .set({ tracking_settings: {} as never })
    .execute();
  const parts = { databases, log: silentLog, publicUrl: 'https://mail.example', send, clock: { now: () => NOW } };
  const watch = startSignatureWatch({ ...parts, everyMs: 5 });
  await expect.poll(() => letters.length, { timeout: 10_000 }).toBe(4);
  await watch.stop();
});
