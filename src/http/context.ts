import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Auth } from '../accounts/create-auth.ts';
import type { Mailer } from '../accounts/create-mailer.ts';
import type { TrackingHealth } from '../contract/tracking-health.ts';
import type { Databases } from '../db/open-databases.ts';
import type { DeliveryContext } from '../deliver/delivery-context.ts';
import type { Plan } from '../domain/plan.ts';
import type { VisitorKeySnapshot } from '../domain/visitor-keys.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';

/** What every resource may use. */
export interface HttpContext {
  readonly databases: Databases;
  readonly auth: Auth;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Of the pixels that this process answered, which may be another thread's. */
  readonly readPixelSpeed: () => Promise<TrackingHealth['pixel']>;
  readonly publicUrl: string;
  readonly pixelUrl: string;
  /** toPurposeKey(appSecret, 'pixel-token'). */
  readonly tokenKey: Buffer;
  /** Null: nothing is mailed, links are shown instead. */
  readonly mailer: Mailer | null;
  /** To send a test message, and to check where destinations may be. */
  readonly delivery: DeliveryContext;
  /** For organizations without a plan of their own. */
  readonly plan: Plan;
  /** The keys of a UTC day (days since the epoch), to know members' own devices by. Absent: none is known. */
  readonly visitorKeys?: (day: number) => VisitorKeySnapshot;
}

/** Fastify whose schemas are zod's: they check requests, strip answers and make the OpenAPI document. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export type HttpRequest = FastifyRequest;
export type HttpReply = FastifyReply;
