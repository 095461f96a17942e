import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededOrganization, seedMember, seedOrganization } from '../../tests/support/seed.ts';
import { storeSlots } from '../../tests/support/store-slots.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import { withTenant } from '../db/with-tenant.ts';
import { readTeamMembers, type TeamMembersQuestion } from './read-team-members.ts';

const NOW = Date.parse('2026-11-18T10:00:00Z');
const OPENS = { Zoe: 9, amy: 0, Ben: 4, Cleo: 9 } as const;
let databases: TestDatabase;
let acme: SeededOrganization;
/** Names are of people, and people may be in other organizations' tests too. */
let mark: string;

beforeAll(async () => {
  databases = await createTestDatabase();
  acme = await seedOrganization(databases, { roles: ['owner'] });
  mark = acme.organizationId.slice(0, 8);
  for (const [name, opens] of Object.entries(OPENS)) {
    const { memberId } = await seedMember(databases, {
      organizationId: acme.organizationId,
      name: `${name} ${mark}`,
    });
    const slot = { at: Date.parse('2026-11-18T09:00:00Z'), opens, uniques: 1, device: 'desktop' as const };
    if (opens > 0) await storeSlots(databases, { organizationId: acme.organizationId, memberId }, [slot]);
  }
});
afterAll(() => databases.drop());

async function read(more: Partial<TeamMembersQuestion>) {
  const question: TeamMembersQuestion = {
    organizationId: acme.organizationId,
    days: 30,
    now: NOW,
    limit: 10,
    offset: 0,
    search: mark,
    sort: 'name',
    isDescending: false,
    ...more,
  };
  const page = await withTenant(databases, acme.organizationId, (trx) => readTeamMembers(trx, question));
  return { ...page, names: page.data.map(({ name }) => name.split(' ')[0]) };
}

test('by name without regard to case, and the other way round', async () => {
  expect((await read({})).names).toEqual(['amy', 'Ben', 'Cleo', 'Zoe']);
  expect((await read({ isDescending: true })).names).toEqual(['Zoe', 'Cleo', 'Ben', 'amy']);
});

test('by opens, most first, ties by name, and page by page without a gap', async () => {
  const first = await read({ sort: 'opens', isDescending: true, limit: 3 });
  expect(first.names).toEqual(['Cleo', 'Zoe', 'Ben']);
  expect(first.data.map(({ opens }) => opens)).toEqual([9, 9, 4]);
  const second = await read({ sort: 'opens', isDescending: true, limit: 3, offset: first.next ?? 0 });
  expect([second.names, second.next]).toEqual([['amy'], null]);
});

test('signs of a pattern are looked for as they stand', async () => {
  expect((await read({ search: '%' })).names).toEqual([]);
  expect((await read({ search: `zoe ${mark}` })).names).toEqual(['Zoe']);
});
