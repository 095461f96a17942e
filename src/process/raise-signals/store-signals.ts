import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { SignalId } from '../../domain/ids.ts';
import type { RaisedSignal, SignalRule, SignalSilence, WithdrawnSignal } from '../../domain/signal.ts';
import type { Pixel } from '../read-pixels.ts';
import type { SignalCount, SignalsRaised } from './raise-signals.ts';
import { readListeners } from './read-listeners.ts';
import type { StandingSignal } from './read-standing.ts';
import { MINUTE_MS, type Trigger } from './seen-open.ts';
import { toSignalValues } from './to-signal-values.ts';

/** What changes of one rule's signals about one pixel. */
export interface SignalChange {
  readonly pixel: Pixel;
  readonly rule: SignalRule;
  readonly added: readonly Trigger[];
  readonly moved: readonly { readonly signal: StandingSignal; readonly trigger: Trigger }[];
  readonly withdrawn: readonly StandingSignal[];
}

/** Writes the changes. No moved signal takes the place of a stored one: that one would have stayed in it. */
export async function storeSignals(
  trx: Transaction<Schema>,
  changes: readonly SignalChange[],
  now: number,
): Promise<SignalsRaised> {
  const withdrawn = changes.flatMap(({ pixel, withdrawn: signals }) => signals.map((signal) => toPlace(signal, pixel)));
  await withdrawSignals(trx, withdrawn, now);
  const told: WithdrawnSignal[] = [];
  for (const change of changes) {
    const moved = change.moved.filter((one) => isOther(one.signal, toValues(change, one.trigger)));
    for (const { signal, trigger } of moved) {
      await moveSignal(trx, signal.id, toValues(change, trigger));
      if (isTold(signal)) told.push(toPlace(signal, change.pixel));
    }
  }
  const raised = await insertSignals(trx, changes, now);
  return {
    raised,
    withdrawn,
    moved: told,
    counts: changes.map(toCount).filter((count) => count.raised + count.withdrawn > 0),
  };
}

function toPlace({ id }: StandingSignal, { organizationId, memberId, campaignId }: Pixel): WithdrawnSignal {
  return { id, organizationId, memberId, campaignId };
}

function isTold({ silencedFor }: StandingSignal): boolean {
  return silencedFor !== 'muted' && silencedFor !== 'faded';
}

function toCount({ rule, added, withdrawn }: SignalChange): SignalCount {
  return { rule, raised: added.length, withdrawn: withdrawn.length };
}

async function withdrawSignals(
  trx: Transaction<Schema>,
  withdrawn: readonly WithdrawnSignal[],
  now: number,
): Promise<void> {
  if (withdrawn.length === 0) return;
  await sql`update signals set withdrawn_at = to_timestamp(${now}::float8 / 1000)
    where id = any(${withdrawn.map(({ id }) => id)}::uuid[])`.execute(trx);
}

type Values = ReturnType<typeof toValues>;

function toValues({ pixel, rule }: SignalChange, trigger: Trigger) {
  const heatMs = pixel.signalRules[rule].heatMinutes * MINUTE_MS;
  return { ...toSignalValues(rule, trigger), raisedAt: trigger.at, fadesAt: trigger.at + heatMs };
}

function isOther(signal: StandingSignal, { raisedAt, level, confidence, reasons }: Values): boolean {
  const isSame = signal.raisedAt === raisedAt && signal.level === level && signal.confidence === confidence;
  return !isSame || toText(signal.reasons) !== toText(reasons);
}

/** jsonb keeps no order of keys. */
function toText(reasons: RaisedSignal['reasons']): string {
  return JSON.stringify(reasons.map((reason) => Object.entries(reason).sort()));
}

async function moveSignal(trx: Transaction<Schema>, id: SignalId, values: Values): Promise<void> {
  await sql`
    update signals set level = ${values.level}, confidence = ${values.confidence}, device = ${values.device},
      reasons = ${JSON.stringify(values.reasons)}::jsonb, raised_at = to_timestamp(${values.raisedAt}::float8 / 1000),
      fades_at = to_timestamp(${values.fadesAt}::float8 / 1000)
    where id = ${id}`.execute(trx);
}

async function insertSignals(
  trx: Transaction<Schema>,
  changes: readonly SignalChange[],
  now: number,
): Promise<readonly RaisedSignal[]> {
  const added = changes.flatMap((change) =>
    change.added.map((trigger) => ({ change, values: toValues(change, trigger) })),
  );
  if (added.length === 0) return [];
  const listeners = await readListeners(
    trx,
    added.map(({ change }) => change.pixel),
  );
  const signals = added.map(({ change: { pixel, rule }, values }) => {
    const { organizationId, memberId, campaignId, id: pixelId } = pixel;
    const { title, toSilence } = listeners.of(pixel);
    const silencedFor: SignalSilence | null =
      values.fadesAt <= now ? 'faded' : toSilence({ rule, campaignId, level: values.level, now });
    const id = randomUUID() as string as SignalId;
    return { id, organizationId, memberId, campaignId, pixelId, rule, title, ...values, silencedFor };
  });
  const column = <T>(read: (signal: (typeof signals)[number]) => T): T[] => signals.map(read);
  await sql`
    insert into signals (id, organization_id, user_id, campaign_id, pixel_id, rule, level, confidence, title, reasons,
      device, raised_at, fades_at, silenced_for, created_at)
    select id, organization_id, user_id, campaign_id, pixel_id, rule, level, confidence, title, reasons::jsonb,
      device, to_timestamp(raised_at / 1000), to_timestamp(fades_at / 1000), silenced_for, to_timestamp(${now}::float8 / 1000)
    from unnest(${column((s) => s.id)}::uuid[], ${column((s) => s.organizationId)}::uuid[], ${column((s) => s.memberId)}::uuid[],
      ${column((s) => s.campaignId)}::uuid[], ${column((s) => s.pixelId)}::uuid[], ${column((s) => s.rule)}::text[],
      ${column((s) => s.level)}::text[], ${column((s) => s.confidence)}::text[], ${column((s) => s.title)}::text[],
      ${column((s) => JSON.stringify(s.reasons))}::text[], ${column((s) => s.device)}::text[],
      ${column((s) => s.raisedAt)}::float8[], ${column((s) => s.fadesAt)}::float8[], ${column((s) => s.silencedFor)}::text[])
      as signal (id, organization_id, user_id, campaign_id, pixel_id, rule, level, confidence, title, reasons, device,
        raised_at, fades_at, silenced_for)`.execute(trx);
  return signals.flatMap(({ silencedFor, ...signal }) =>
    silencedFor === 'faded' || silencedFor === 'muted' ? [] : { ...signal, heldFor: silencedFor },
  );
}
