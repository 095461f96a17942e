import type { DestinationType } from '../domain/destination.ts';
import type { DeliveryId } from '../domain/ids.ts';
import type { Metrics } from '../kit/metrics.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { createDeliverMetrics } from './deliver-metrics.ts';
import type { DeliveryContext } from './delivery-context.ts';
import type { Pace } from './destination-kind.ts';
import { KINDS } from './destinations/kinds.ts';
import type { Disabled } from './disable-destination.ts';
import { fanOut, isMore } from './fan-out.ts';
import { pause } from './pause.ts';
import { purgeDeliveries } from './purge-deliveries.ts';
import { readOwed } from './read-owed.ts';
import { recordTries } from './record-tries.ts';
import { createRecorder } from './recorder.ts';
import { releaseLeases } from './release-leases.ts';
import { type SendLetter, tellOwners } from './tell-owners.ts';
import { tryDelivery } from './try-delivery.ts';

// In: the outbox that processing writes. Out: requests to destinations, at least once each, with every try in the log.
// Four loops that meet in the database: owe what is in the outbox, try what is due, record what was tried, purge what is
// old. All that is known stands in tables before and after each step, so a killed deliverer loses nothing and the next
// one goes on: a try that was cut off is done again under the same id when its lease has ended.

export interface DelivererOptions {
  readonly context: DeliveryContext;
  readonly metrics: Metrics;
  /** Null: owners are told on the screens only. */
  readonly sendLetter: SendLetter | null;
  /** Tries under way in this process. */
  readonly inFlightMax?: number;
  /** How long a try belongs to who began it; past it anybody may do it again. */
  readonly leaseMs?: number;
  /** From 0 to 1, of the jitter. */
  readonly chance?: () => number;
}

export interface Deliverer {
  /** Ends what is under way, within STOP_MS_MAX; what does not end is left to the next deliverer. */
  stop(): Promise<void>;
}

const IN_FLIGHT_MAX = 1_024;
/** A kind may make three requests in one try. */
const LEASE_TIMEOUTS = 4;
const IDLE_MS = 100;
const PURGE_MS = 3_600_000;
const BACKOFF_MS = 500;
const STOP_MS_MAX = 8_000;

export function startDelivery(options: DelivererOptions): Deliverer {
  const { context, inFlightMax = IN_FLIGHT_MAX } = options;
  const { databases, clock, log } = context;
  const leaseMs = options.leaseMs ?? LEASE_TIMEOUTS * context.timeoutMs;
  const inFlight = new Set<DeliveryId>();
  const metrics = createDeliverMetrics(options.metrics, () => inFlight.size);
  const stopping = new AbortController();
  const now = () => new Date(clock.now());
  const recorder = createRecorder(
    async (batch) => {
      const disabled = await recordTries(databases, batch, { now: now(), chance: options.chance ?? Math.random });
      for (const { owed } of batch) inFlight.delete(owed.id);
      for (const one of disabled) void announce(options, metrics, one);
    },
    (error) => onFailed('record', error),
  );
  const onFailed = (step: 'fan_out' | 'claim' | 'record' | 'purge', error: unknown): void => {
    metrics.failed(step);
    log.warn({ step, error: toErrorName(error) }, 'delivery.step_failed');
  };

  /** Runs `step` until stopping; it answers how long to rest. A failure is counted, logged, and tried again. */
  const loop = async (name: 'fan_out' | 'claim' | 'purge', step: () => Promise<number>): Promise<void> => {
    while (!stopping.signal.aborted) {
      const restMs = await step().catch((error: unknown) => {
        onFailed(name, error);
        return BACKOFF_MS;
      });
      if (restMs > 0) await pause(restMs, stopping.signal);
    }
  };

  const owe = async (): Promise<number> => {
    const outcome = await fanOut(databases, now());
    metrics.fannedOut(outcome);
    return isMore(outcome) ? 0 : IDLE_MS;
  };

  const begin = async (): Promise<number> => {
    const room = inFlightMax - inFlight.size;
    if (room <= 0) return BUSY_MS;
    const ids = await claimDeliveries(databases, { now: now(), leaseMs, room, paces: PACES });
    for (const id of ids) inFlight.add(id);
    const owed = await readOwed(databases, ids).catch((error) => {
      for (const id of ids) inFlight.delete(id);
      throw error;
    });
    const found = new Set(owed.map(({ id }) => id));
    for (const id of ids) if (!found.has(id)) inFlight.delete(id);
    for (const one of owed)
      void tryDelivery(context, one).then((tried) => {
        metrics.tried(tried);
        recorder.push(tried);
      });
    return ids.length > 0 ? BUSY_MS : IDLE_MS;
  };

  const loops = Promise.all([
    loop('fan_out', owe),
    loop('claim', begin),
    loop('purge', async () => {
      const purged = await purgeDeliveries(databases, now());
      if (purged.removed > 0) log.info(purged, 'deliveries.purged');
      return PURGE_MS;
    }),
    recorder.run(() => stopping.signal.aborted && inFlight.size === 0),
  ]);
  return {
    stop: async () => {
      stopping.abort();
      const given = new AbortController();
      await Promise.race([loops, pause(STOP_MS_MAX, given.signal)]);
      given.abort();
      recorder.abandon();
      if (inFlight.size > 0) await releaseLeases(databases, [...inFlight]).catch(() => undefined);
    },
  };
}

/** While there is work the next look comes after a breath, so that one claim takes many at once. */
const BUSY_MS = 10;

const PACES: Readonly<Partial<Record<DestinationType, Pace>>> = Object.fromEntries(
  KINDS.map((kind) => [kind.type, kind.pace]),
);

async function announce(
  { context, sendLetter }: DelivererOptions,
  metrics: { disabled(reason: Disabled['reason']): void },
  disabled: Disabled,
): Promise<void> {
  const { databases, log, publicUrl } = context;
  const { organizationId, destinationId, type, reason } = disabled;
  metrics.disabled(reason);
  log.warn({ organizationId, destinationId, type, reason }, 'destination.disabled');
  if (sendLetter === null) return;
  await tellOwners(databases, disabled, { sendLetter, publicUrl }).catch((error: unknown) =>
    log.warn({ organizationId, destinationId, error: toErrorName(error) }, 'destination.notice_not_mailed'),
  );
}

function toErrorName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
