import type { DestinationType, DisableReason } from '../domain/destination.ts';
import type { CampaignId, DeliveryId, DestinationId, OrganizationId } from '../domain/ids.ts';
import type { Device } from '../domain/verdict.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { SafeFetch } from './safe-fetch.ts';

// The seam between the deliverer and what it delivers to: a kind turns a Message into one request of its vendor and
// the answer into one of three ends. What must never happen: a throw for what the vendor did (that is `retry`), a
// credential in `answer` or `reason`, or a second try inside of `send` (the schedule belongs to the deliverer).

export interface DestinationKind {
  readonly type: DestinationType;
  /** How fast one destination of this kind may be sent to, over all processes. */
  readonly pace: Pace;
  /** Checks what an admin typed. Asks nobody: creating a destination sends nothing. */
  parseConfig(input: ConfigInput, tools: Pick<SendTools, 'baseUrls' | 'isAllowedUrl'>): ParsedConfig;
  /** One try. Resolves for every answer and for every failure to get one. */
  send(message: Message, target: Target, tools: SendTools): Promise<SendResult>;
}

export interface Pace {
  /** Tries under way at once; 1 keeps the order and lets `memory` be trusted. */
  readonly concurrency: number;
  readonly perSecond: number;
  /** Tries that may go at once after a quiet time. */
  readonly burst: number;
}

/** As it came over the wire. */
export interface ConfigInput {
  readonly url: string | undefined;
  readonly token: string | undefined;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: DestinationConfig }
  | { readonly ok: false; readonly errors: readonly ConfigFault[] };

/** Named by the field of the request that is wrong; the sentence says what to do and repeats no credential. */
export interface ConfigFault {
  readonly field: 'url' | 'token';
  readonly message: string;
}

export interface DestinationConfig {
  /** Sealed: a vendor's webhook address is a credential. */
  readonly url: string | null;
  /** Sealed. Null for kinds without one, and for `webhook`, whose secret we make. */
  readonly token: string | null;
  /** What people may see of it, such as "hooks.slack.com/…/4fKq". */
  readonly label: string;
}

export interface Message {
  readonly deliveryId: DeliveryId;
  readonly type: 'event_created' | 'signal_raised' | 'test';
  /** When it happened, not when it is sent. */
  readonly at: Date;
  /** What product.md section 10 lets out, and nothing else: never a hash of a person, an address or an agent. */
  readonly payload: JsonObject;
  readonly campaignId: CampaignId | null;
  readonly campaignName: string | null;
  /** Plain text, such as "Hot lead: Acme Corp Proposal". Escape it for the vendor. */
  readonly title: string;
  /** Plain text, such as "Opened 3 times in 5 minutes, last on mobile." */
  readonly sentence: string;
  /** Into the app. */
  readonly link: string;
  readonly level: 'warm' | 'hot' | null;
  readonly device: Device | null;
  readonly deal: MessageDeal | null;
}

/** What the member entered with the campaign; nothing of it was found out. */
export interface MessageDeal {
  readonly hubspotDealId?: string;
  readonly hubspotContactId?: string;
  readonly pipedriveDealId?: string;
  readonly pipedrivePersonId?: string;
  /** Only where the member typed it. */
  readonly contactEmail?: string;
}

export interface Target {
  readonly destinationId: DestinationId;
  readonly organizationId: OrganizationId;
  readonly url: string | null;
  /** Unsealed for this try: a webhook's secrets (`previous` during the overlap of a rotation), or a vendor's token. */
  readonly secrets: { readonly current: string | null; readonly previous: string | null };
  /** What this kind answered last as `memory` for the same campaign, such as the note's id; empty at first. */
  readonly memory: JsonObject;
}

export type SendResult =
  | { readonly outcome: 'delivered'; readonly status: number; readonly answer: string; readonly memory?: JsonObject }
  | {
      readonly outcome: 'retry';
      /** Null: there was no answer. */
      readonly status: number | null;
      readonly answer: string;
      /** A code such as `timeout` or `rate_limited`: stored, counted, shown. */
      readonly reason: string;
      /** What the vendor asked for. The destination as a whole waits as long. */
      readonly retryAfterMs?: number;
      /** True: no fault of the message, so the try does not count against the schedule (a spent budget, a known limit). */
      readonly isUncounted?: boolean;
      readonly memory?: JsonObject;
    }
  | {
      readonly outcome: 'give_up';
      readonly status: number | null;
      readonly answer: string;
      readonly reason: string;
      /** Null: this message is lost, the destination goes on (a bug of ours, a deal that is gone). */
      readonly disable: Exclude<DisableReason, 'failing'> | null;
    };

export interface SendTools {
  readonly fetch: SafeFetch;
  /** The url leads where tenants may send to; the reason when not. Literals only: names are checked at connect. */
  readonly isAllowedUrl: (url: string) => string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** In place of the vendor's own address. Set by the operator or a test, never by a tenant. */
  readonly baseUrls: Readonly<Partial<Record<DestinationType, string>>>;
  /** Of this destination; survives restarts. */
  readonly budget: TokenBudget;
  readonly timeoutMs: number;
}

export interface TokenBudget {
  /** Takes `cost` of what the limit gives in its window; null when there was enough, else ms until there may be. */
  take(cost: number, limit: BudgetLimit): Promise<number | null>;
  /** What the vendor's own headers say is left, and when it is renewed. */
  learn(limit: BudgetLimit, remaining: number, resetAt: Date): Promise<void>;
}

export interface BudgetLimit {
  /** Such as `daily`. */
  readonly name: string;
  readonly tokens: number;
  readonly windowMs: number;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
