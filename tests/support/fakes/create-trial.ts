import { randomUUID } from 'node:crypto';
import { createDeliveryContext, type DeliveryContext } from '../../../src/deliver/delivery-context.ts';
import type { DestinationKind, Message, SendResult, Target } from '../../../src/deliver/destination-kind.ts';
import { createTokenBudget } from '../../../src/deliver/token-budget.ts';
import type { DestinationType } from '../../../src/domain/destination.ts';
import type { CampaignId, DeliveryId, DestinationId, OrganizationId } from '../../../src/domain/ids.ts';
import type { Log } from '../../../src/kit/log.ts';
import { seedOrganization } from '../seed.ts';
import type { TestDatabase } from '../test-database.ts';

/** One destination of one organization, with the real client and the real budgets, sending to a fake. */
export interface Trial {
  /** One try of a message, with the fields that matter to the test. */
  send(message?: Partial<Message>, memory?: Target['memory']): Promise<SendResult>;
  /** The same with little patience, for vendors that do not answer. */
  sendHastily(message?: Partial<Message>): Promise<SendResult>;
  /** Everything that was logged, as text. */
  logged(): string;
  readonly context: DeliveryContext;
  close(): Promise<void>;
}

export interface TrialOptions {
  readonly databases: TestDatabase;
  readonly kind: DestinationKind;
  /** Of the fake. */
  readonly base: string;
  readonly url?: string;
  readonly token?: string;
  /** Of `sendHastily`. */
  readonly hastyMs?: number;
  readonly now?: () => number;
}

/** A busy machine may take seconds over the first request. */
const PATIENCE_MS = 10_000;
const HASTY_MS = 400;

export const HOT_SIGNAL: Message = {
  deliveryId: '00000000-0000-4000-8000-000000000001' as DeliveryId,
  type: 'signal_raised',
  at: new Date('2026-11-20T10:00:00Z'),
  payload: {},
  campaignId: '0a0a0a0a-0000-4000-8000-00000000000a' as CampaignId,
  campaignName: 'Acme Corp Proposal',
  title: 'Hot lead: Acme Corp Proposal',
  sentence: 'Opened 3 times in 5 minutes, last on mobile.',
  link: 'https://mailtracker.example/campaigns/0a0a0a0a-0000-4000-8000-00000000000a',
  level: 'hot',
  device: 'mobile',
  deal: null,
};

export async function createTrial(options: TrialOptions): Promise<Trial> {
  const { databases, kind, base, url = null, token = null } = options;
  const organizationId = await seedOnce(databases);
  const destinationId = await insertDestination(databases, { organizationId, type: kind.type });
  const lines: string[] = [];
  const write = (fields: object, event: string) => void lines.push(`${event} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const context = createDeliveryContext({
    databases,
    clock: { now: options.now ?? Date.now },
    log,
    secretKey: Buffer.alloc(32),
    publicUrl: 'http://127.0.0.1:3000',
    outboundAllow: [],
    baseUrls: { [kind.type]: base },
    timeoutMs: PATIENCE_MS,
  });
  const budget = createTokenBudget(context, { destinationId, organizationId });
  const { fetch, rules, clock, baseUrls } = context;
  const send = (message: Partial<Message>, memory: Target['memory'], timeoutMs: number) =>
    kind.send(
      { ...HOT_SIGNAL, ...message },
      { destinationId, organizationId, url, secrets: { current: token, previous: null }, memory },
      { fetch, isAllowedUrl: rules.refuseUrl, clock, log, baseUrls, timeoutMs, budget },
    );
  return {
    context,
    send: (message = {}, memory = {}) => send(message, memory, PATIENCE_MS),
    sendHastily: (message = {}) => send(message, {}, options.hastyMs ?? HASTY_MS),
    logged: () => lines.join('\n'),
    close: () => context.close(),
  };
}

const seeded = new WeakMap<TestDatabase, Promise<OrganizationId>>();

function seedOnce(databases: TestDatabase): Promise<OrganizationId> {
  const known = seeded.get(databases);
  if (known) return known;
  const seeding = seedOrganization(databases).then(({ organizationId }) => organizationId);
  seeded.set(databases, seeding);
  return seeding;
}

async function insertDestination(
  { system }: TestDatabase,
  { organizationId, type }: { organizationId: OrganizationId; type: DestinationType },
): Promise<DestinationId> {
  const { id } = await system
    .insertInto('destinations')
    .values({
      organization_id: organizationId,
      type,
      name: `${type} ${randomUUID()}`,
      label: type,
      credentials_sealed: Buffer.alloc(1),
      events: ['signal_raised'],
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
