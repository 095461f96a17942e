import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addDestination,
  createHandClock,
  deliverOnce,
  prepareDelivery,
  readState,
} from '../../tests/support/delivering.ts';
import { type DiscordFake, startDiscord } from '../../tests/support/fakes/start-discord.ts';
import { type HubspotFake, startHubspot } from '../../tests/support/fakes/start-hubspot.ts';
import { type PipedriveFake, startPipedrive } from '../../tests/support/fakes/start-pipedrive.ts';
import { type SlackFake, startSlack } from '../../tests/support/fakes/start-slack.ts';
import { type SeededOrganization, seedOrganization } from '../../tests/support/seed.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/test-database.ts';
import type { Log } from '../kit/log.ts';
import type { DeliveryContext } from './delivery-context.ts';

const ROUNDS_MAX = 60;
const NOON = Date.parse('2026-11-20T12:00:00Z');

let databases: TestDatabase;
let fakes: { slack: SlackFake; discord: DiscordFake; hubspot: HubspotFake; pipedrive: PipedriveFake };
let acme: SeededOrganization;
let contexts: readonly [DeliveryContext, DeliveryContext];
let clock: ReturnType<typeof createHandClock>;
let logged: string[];

beforeAll(async () => {
  databases = await createTestDatabase();
});
beforeEach(async () => {
  fakes = {
    slack: await startSlack(),
    discord: await startDiscord(),
    hubspot: await startHubspot(),
    pipedrive: await startPipedrive(),
  };
  acme = await seedOrganization(databases, { roles: ['owner'], campaignStatus: 'active' });
  clock = createHandClock(NOON);
  logged = [];
  const write = (fields: object, event: string) => void logged.push(`${event} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const baseUrls = Object.fromEntries(Object.entries(fakes).map(([name, { url }]) => [name, url]));
  const open = () => prepareDelivery(databases, clock, { baseUrls, log, timeoutMs: 1_000 });
  contexts = [open(), open()];
});
afterEach(async () => {
  for (const context of contexts) await context.close();
  for (const fake of Object.values(fakes)) await fake.close();
});
afterAll(() => databases.drop());

describe('a deal in a CRM', () => {
  test.each(['hubspot', 'pipedrive'] as const)(
    'twelve signals, two deliverers and a lost answer leave one note in %s',
    async (type) => {
      await nameDeal({ hubspotDealId: '101', pipedriveDealId: '11' });
      await addDestination(contexts[0], acme, { type, token: fakes[type].token, events: ['signal_raised'] });
      fakes[type].arm({ kind: 'lost' }, { operation: type === 'hubspot' ? 'createNote' : 'addNote' });
      for (let count = 0; count < 12; count += 1) await oweSignal(count);
      await deliverAll();
      const { notes } = fakes[type];
      expect(notes).toHaveLength(1);
      const [note] = notes.map((one) => ('body' in one ? one.body : one.content));
      expect(note?.match(/opened \d+ times/g)).toHaveLength(12);
      expect(note).toMatch(/^<p><strong>🔔 Hot lead: &#39;[^<]*&#39; opened 14 times/);
    },
  );

  test('a campaign without a deal owes a CRM nothing, and a chat its message', async () => {
    await addAll();
    await oweSignal(0);
    await deliverAll();
    expect(await readStates()).toEqual(['delivered', 'delivered']);
    expect(fakes.slack.messages).toHaveLength(1);
    expect(fakes.discord.messages).toHaveLength(1);
    expect([...fakes.hubspot.requests, ...fakes.pipedrive.requests]).toEqual([]);
  });
});

describe('credentials', () => {
  test('stand in no table, no log and no stored answer, whatever the vendors repeat', async () => {
    await nameDeal({ hubspotDealId: '101', pipedriveDealId: '11' });
    await addAll();
    const secrets = {
      hubspot: fakes.hubspot.token,
      pipedrive: fakes.pipedrive.token,
      slack: fakes.slack.hook.split('/').at(-1) ?? '',
      discord: fakes.discord.hook.split('/').at(-1) ?? '',
    };
    for (const type of Object.keys(fakes) as (keyof typeof fakes)[])
      fakes[type].arm({ kind: 'answer', answer: { status: 500, body: `no: ${secrets[type]} ${fakes[type].url}` } });
    await oweSignal(0);
    await deliverAll();
    expect(await readStates()).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
    const stored = await readEverything();
    expect(stored.split('no: ')).toHaveLength(5);
    const everywhere = stored + logged.join('\n');
    const found = Object.values(secrets).filter(
      (secret) => everywhere.includes(secret) || everywhere.includes(Buffer.from(secret).toString('hex')),
    );
    expect(found).toEqual([]);
  });
});

async function addAll(): Promise<void> {
  const { slack, discord, hubspot, pipedrive } = fakes;
  const events = ['signal_raised'] as const;
  await addDestination(contexts[0], acme, { type: 'slack', url: slack.url + slack.hook, events });
  await addDestination(contexts[0], acme, { type: 'discord', url: discord.url + discord.hook, events });
  await addDestination(contexts[0], acme, { type: 'hubspot', token: hubspot.token, events });
  await addDestination(contexts[0], acme, { type: 'pipedrive', token: pipedrive.token, events });
}

async function nameDeal(deal: object): Promise<void> {
  await databases.system
    .updateTable('signature_campaigns')
    .set({ deal: JSON.stringify(deal) })
    .where('id', '=', acme.campaign.campaignId)
    .execute();
}

/** As processing leaves it in the outbox. */
async function oweSignal(minutes: number): Promise<void> {
  const id = randomUUID();
  const at = new Date(NOON + minutes * 60_000);
  const payload = {
    id,
    level: 'hot',
    title: 'A deal',
    sentence: `Opened ${minutes + 3} times in 5 minutes`,
    reasons: [],
  };
  await databases.system
    .insertInto('delivery_outbox')
    .values({
      organization_id: acme.organizationId,
      user_id: acme.members[0].memberId,
      campaign_id: acme.campaign.campaignId,
      type: 'signal_raised',
      subject: `signal:${id}`,
      level: 'hot',
      at,
      payload,
    })
    .execute();
}

/** Two deliverers side by side, until nothing waits. */
async function deliverAll(): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await Promise.all(contexts.map((context) => deliverOnce(context)));
    const states = await readStates();
    if (states.length > 0 && !states.includes('waiting')) return;
    clock.add(2_000);
  }
  throw new Error(`still waiting: ${JSON.stringify(await readState(databases, acme.organizationId))}`);
}

async function readStates(): Promise<readonly string[]> {
  return (await readState(databases, acme.organizationId)).map(({ state }) => state);
}

/** Every row of every table, as the superuser sees it. */
async function readEverything(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(databases.system);
  const client = new Client({ connectionString: databases.ownerUrl });
  await client.connect();
  try {
    const all: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string | null }>(
        `select string_agg(t::text, ' ') as text from ${name} t`,
      );
      all.push(rows[0]?.text ?? '');
    }
    return all.join('\n');
  } finally {
    await client.end();
  }
}
