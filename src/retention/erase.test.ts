import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { makeBlock, makeHit } from '../../tests/support/hits.ts';
import { NOW, prepareProcessing } from '../../tests/support/processing.ts';
import type { SeededOrganization } from '../../tests/support/seed.ts';
import { readDrops, readRollupDrift } from '../../tests/support/tracking.ts';
import { OPERATOR, recordAudit } from '../audit/record-audit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { eraseMember, eraseOrganization } from './erase.ts';
import { exportRows } from './export-rows.ts';
import { readTenantTables } from './read-tenant-tables.ts';

const processing = prepareProcessing();

/** Two organizations with everything that processing and people leave behind, and the first one's second member. */
async function fill() {
  const [ours, theirs] = [await processing.seed({ roles: ['owner', 'member'] }), await processing.seed()];
  for (const organization of [ours, theirs]) {
    const [first, second] = organization.members;
    const { campaign } = organization;
    await processing.process(
      makeBlock([
        makeHit(first.pixel, { at: NOW, address: '203.0.113.1' }),
        makeHit(second?.pixel ?? first.pixel, { at: NOW, address: '203.0.113.2' }),
        makeHit(second?.pixel ?? first.pixel, { at: NOW, by: 'bot' }),
        makeHit(campaign.pixel, { at: NOW, address: '203.0.113.3', trackingType: 'campaign' }),
      ]),
    );
    for (const [n, member] of organization.members.entries())
      await processing.database.system
        .insertInto('dead_letters')
        .values({
          block_id: Buffer.alloc(16, member.memberId),
          record_index: n,
          token_hash: member.pixel.tokenHash,
          error: 'x',
        })
        .execute();
    await processing.database.system.transaction().execute((trx) =>
      recordAudit(trx, {
        organizationId: organization.organizationId,
        actor: { id: first.memberId, name: first.name },
        action: 'member.changed',
        subject: { id: second?.memberId ?? '', name: second?.name ?? '' },
        after: { name: second?.name },
      }),
    );
  }
  const [, member] = ours.members;
  if (!member) throw new Error('no second member');
  return { ours, theirs, member };
}

async function readExport(organizationId: OrganizationId, memberId: MemberId | null = null) {
  let text = '';
  const question = { organizationId, memberId, now: new Date(NOW) };
  for await (const part of exportRows(processing.database, question)) text += part;
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const counts: Record<string, number> = {};
  for (const { table } of lines.slice(1, -1)) counts[table] = (counts[table] ?? 0) + 1;
  return { text, counts, end: lines.at(-1).end.rows as Record<string, number>, rows: lines.slice(1, -1) };
}

/** How many rows of each table still name one of the values, whatever column they stand in. */
async function findRemains(...values: readonly string[]): Promise<Record<string, number>> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition`.execute(processing.database.system);
  const remains: Record<string, number> = {};
  for (const { name } of tables.filter((table) => table.name !== 'applied_migrations')) {
    const pattern = `(${values.join('|')})`;
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from ${sql.table(name)} t where t::text ~ ${pattern}`.execute(
      processing.database.system,
    );
    if (rows[0]?.n) remains[name] = rows[0].n;
  }
  return remains;
}

const toHex = (bytes: Buffer) => bytes.toString('hex');
const readAll = async (organization: SeededOrganization) => (await readExport(organization.organizationId)).counts;

describe('the export', () => {
  test('of a member holds all of theirs, counted, and nothing of a colleague', async () => {
    const { ours, member } = await fill();
    const { counts, end, text, rows } = await readExport(ours.organizationId, member.memberId);
    expect(counts).toMatchObject({
      organization_users: 1,
      users: 1,
      signature_user_tracking: 1,
      signature_tracking_events: 1,
      tracking_rollup_slots: 1,
      tracking_rollup_days: 1,
      tracking_drop_slots: 1,
      visitor_claims: expect.any(Number),
      visitor_seen: expect.any(Number),
      dead_letters: 1,
      audit_log: 1,
    });
    expect(Object.fromEntries(Object.entries(end).filter(([, n]) => n > 0))).toEqual(counts);
    expect(text).not.toContain(ours.members[0].pixel.pixelId);
    const event = rows.find((row) => row.table === 'signature_tracking_events').row;
    expect(event).toMatchObject({
      user_id: member.memberId,
      verdict: 'human',
      device: 'desktop',
      reason: 'mail_client',
    });
    expect(event).not.toHaveProperty('client_family');
  });

  test('of an organization names every tenant table but that of readers, and no hash, token, key or other organization', async () => {
    const { ours, theirs } = await fill();
    const { end, text } = await readExport(ours.organizationId);
    const tables = await processing.database.system.transaction().execute(readTenantTables);
    expect(tables.length).toBeGreaterThan(15);
    const names = tables.map((table) => table.name);
    expect(names.filter((name) => !Object.hasOwn(end, name))).toEqual(['tracking_rollup_readers']);
    expect(text).not.toContain('Outlook');
    expect(end).toMatchObject({ signature_tracking_events: 3, dead_letters: 2, users: 2 });
    expect(text).not.toContain(theirs.organizationId);
    for (const { pixel } of ours.members) expect(text).not.toContain(toHex(pixel.tokenHash));
    expect(text).not.toMatch(/_hash"|_sealed"|"visitor"|password/);
  });
});

describe('erasing a member', () => {
  test('leaves no row that names them, but for the line that says so; colleagues and other organizations keep all', async () => {
    const { ours, theirs, member } = await fill();
    const others = await readAll(theirs);
    const held = await readExport(ours.organizationId, member.memberId);
    const erasure = { organizationId: ours.organizationId, memberId: member.memberId, actor: OPERATOR };
    const erased = await eraseMember(processing.database, erasure);
    for (const table of [
      'signature_tracking_events',
      'tracking_rollup_days',
      'dead_letters',
      'visitor_seen',
      'visitor_claims',
      'users',
    ])
      expect(erased[table], table).toBe(held.counts[table]);
    const remains = await findRemains(
      member.memberId,
      member.personId,
      member.email,
      member.name,
      toHex(member.pixel.tokenHash),
    );
    expect(remains).toEqual({ audit_log: 2 });
    const lines = await processing.database.system
      .selectFrom('audit_log')
      .where('organization_id', '=', ours.organizationId)
      .selectAll()
      .execute();
    expect(lines.every((line) => line.subject === 'an erased member')).toBe(true);
    expect(lines.find((line) => line.action === 'member.changed')).toMatchObject({ before: null, after: null });
    expect(await readAll(theirs)).toEqual(others);
    expect((await readAll(ours)).signature_tracking_events).toBe(2);
  });

  test("takes their opens out of the figures of the organization's readers", async () => {
    const { ours, member } = await fill();
    const readers = async () => {
      const { rows } = await sql`select opens, readers from tracking_rollup_readers
        where organization_id = ${ours.organizationId}`.execute(processing.database.system);
      return rows;
    };
    expect(await readers()).toEqual([{ opens: 2, readers: 2 }]);
    await eraseMember(processing.database, {
      organizationId: ours.organizationId,
      memberId: member.memberId,
      actor: OPERATOR,
    });
    expect(await readers()).toEqual([{ opens: 1, readers: 1 }]);
    expect(await readRollupDrift(processing.database)).toEqual([]);
  });

  test('a hit still in the spool finds no pixel and drops as unknown', async () => {
    const { ours, member } = await fill();
    await eraseMember(processing.database, {
      organizationId: ours.organizationId,
      memberId: member.memberId,
      actor: OPERATOR,
    });
    const before = (await readDrops(processing.database)).unknown_token ?? 0;
    const outcome = await processing.process(makeBlock([makeHit(member.pixel, { at: NOW })]));
    expect(outcome).toMatchObject({ events: 0, dropped: { unknown_token: 1 } });
    expect((await readDrops(processing.database)).unknown_token).toBe(before + 1);
  });

  test('hits that are processed at the same moment leave nothing behind either', async () => {
    const { ours, member } = await fill();
    const erasure = { organizationId: ours.organizationId, memberId: member.memberId, actor: OPERATOR };
    const hits = Array.from({ length: 8 }, (_, n) =>
      makeBlock([makeHit(member.pixel, { at: NOW + n, address: `203.0.113.${n + 10}` })]),
    );
    const [first, ...rest] = hits;
    await Promise.all([
      processing.process(...(first ? [first] : [])),
      eraseMember(processing.database, erasure),
      (async () => {
        for (const block of rest) await processing.process(block);
      })(),
    ]);
    expect(await findRemains(member.memberId, member.pixel.pixelId)).toEqual({ audit_log: 2 });
  });

  test('their campaigns for others go to an owner, their deals with them', async () => {
    const { ours, member } = await fill();
    const { organizationId } = ours;
    const { system } = processing.database;
    const [shared, deal] = await system
      .insertInto('signature_campaigns')
      .values([
        { organization_id: organizationId, name: 'Shared', owner_id: member.memberId },
        { organization_id: organizationId, name: 'Deal', owner_id: member.memberId, deal: {} },
      ])
      .returning('id')
      .execute();
    await eraseMember(processing.database, { organizationId, memberId: member.memberId, actor: OPERATOR });
    const left = await system.selectFrom('signature_campaigns').select(['id', 'owner_id']).execute();
    expect(left.find((campaign) => campaign.id === shared?.id)?.owner_id).toBe(ours.members[0].memberId);
    expect(left.some((campaign) => campaign.id === deal?.id)).toBe(false);
  });

  test('the last owner stays, and a stranger is not found', async () => {
    const { ours, theirs } = await fill();
    const { organizationId } = ours;
    const erase = (memberId: MemberId) =>
      eraseMember(processing.database, { organizationId, memberId, actor: OPERATOR });
    await expect(erase(ours.members[0].memberId)).rejects.toMatchObject({ code: 'last_owner' });
    await expect(erase(theirs.members[0].memberId)).rejects.toMatchObject({ code: 'unknown_member' });
    expect((await readAll(ours)).organization_users).toBe(2);
  });
});

test('no table of any version can hold a member back: each reference goes or is emptied with them', async () => {
  const { rows } = await sql<{ name: string }>`
    select conrelid::regclass || '.' || conname as name from pg_constraint
    where confrelid = 'organization_users'::regclass and contype = 'f' and confdeltype not in ('c', 'n')`.execute(
    processing.database.system,
  );
  expect(rows).toEqual([]);
  const tables = await processing.database.system.transaction().execute(readTenantTables);
  const named = Object.fromEntries(tables.map(({ name, memberColumns }) => [name, memberColumns]));
  expect(named).toMatchObject({
    signature_tracking_events: ['user_id'],
    signature_campaigns: ['owner_id'],
    organization_invitations: ['member_id'],
    organization_users: [],
    departments: [],
  });
});

test('who is a member elsewhere keeps account and membership there', async () => {
  const { ours, theirs, member } = await fill();
  const elsewhere = { organization_id: theirs.organizationId, user_id: member.personId, name: 'Elsewhere' };
  await processing.database.system.insertInto('organization_users').values(elsewhere).execute();
  await eraseMember(processing.database, {
    organizationId: ours.organizationId,
    memberId: member.memberId,
    actor: OPERATOR,
  });
  expect(await findRemains(member.personId)).toMatchObject({ users: 1, organization_users: 1 });
});

test('erasing an organization leaves nothing of it, and all of the other', async () => {
  const { ours, theirs } = await fill();
  const others = await readAll(theirs);
  await eraseOrganization(processing.database, ours.organizationId);
  const people = ours.members.flatMap(({ memberId, personId, email, pixel }) => [
    memberId,
    personId,
    email,
    toHex(pixel.tokenHash),
  ]);
  expect(await findRemains(ours.organizationId, ours.campaign.campaignId, ...people)).toEqual({});
  expect(await readAll(theirs)).toEqual(others);
});
