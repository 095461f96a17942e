import { type Credentials, unsealCredentials } from './credentials.ts';
import type { DeliveryContext } from './delivery-context.ts';
import type { DestinationKind, SendResult, Target } from './destination-kind.ts';
import { findKind } from './destinations/kinds.ts';
import type { Owed } from './read-owed.ts';
import { toAnswerText } from './to-answer-text.ts';
import { toMessage } from './to-message.ts';
import { createTokenBudget } from './token-budget.ts';

/** One try, done. `answer` is ready to be stored and shown. */
export interface Tried {
  readonly owed: Owed;
  readonly result: SendResult;
  /** Wall clock of the try's beginning; the duration is of a clock that no operator turns. */
  readonly attemptedAt: Date;
  readonly durationMs: number;
}

/** Sends once. Never throws: what goes wrong inside is a try that failed, with its reason in the log. */
export async function tryDelivery(context: DeliveryContext, owed: Owed): Promise<Tried> {
  const attemptedAt = new Date(context.clock.now());
  const startedAt = performance.now();
  const result = await send(context, owed);
  return { owed, result, attemptedAt, durationMs: Math.round(performance.now() - startedAt) };
}

async function send(context: DeliveryContext, owed: Owed): Promise<SendResult> {
  try {
    const kind = findKind(owed.destinationType);
    if (kind === null) return fail('unknown_type', 'This server cannot send to it.');
    const credentials = unsealCredentials(context.secretKey, owed.destinationId, owed.credentialsSealed);
    const result = await sendBy(kind, context, { owed, credentials });
    const { url, token, secret, previous } = credentials;
    return { ...result, answer: toAnswerText(result.answer, [url, token, secret, previous]) };
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    context.log.error({ deliveryId: owed.id, type: owed.destinationType, error: name }, 'delivery.broken');
    return fail('internal_error', 'Something went wrong on our side.');
  }
}

function sendBy(
  kind: DestinationKind,
  context: DeliveryContext,
  { owed, credentials }: { readonly owed: Owed; readonly credentials: Credentials },
): Promise<SendResult> {
  const { fetch, rules, clock, log, baseUrls, timeoutMs, publicUrl } = context;
  return kind.send(toMessage(owed, publicUrl), toTarget(owed, credentials, clock.now()), {
    fetch,
    isAllowedUrl: rules.refuseUrl,
    clock,
    log,
    baseUrls,
    timeoutMs,
    budget: createTokenBudget(context, owed),
  });
}

function toTarget({ destinationId, organizationId, memory }: Owed, credentials: Credentials, now: number): Target {
  const { url, token, secret, previous, previousUntil } = credentials;
  const isOverlap = previousUntil !== null && now < previousUntil;
  return {
    destinationId,
    organizationId,
    url,
    secrets: { current: secret ?? token, previous: isOverlap ? previous : null },
    memory,
  };
}

function fail(reason: string, answer: string): SendResult {
  return { outcome: 'retry', status: null, answer, reason };
}
