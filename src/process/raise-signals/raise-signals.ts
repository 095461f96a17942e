import type { Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { DAY_MS } from '../../domain/hit.ts';
import type { RaisedSignal, SignalRule, WithdrawnSignal } from '../../domain/signal.ts';
import type { OpenEvent } from '../mark-unique.ts';
import type { Pixels } from '../read-pixels.ts';
import type { WithdrawnPlace } from '../withdraw-events.ts';
import { readCampaignOpens } from './read-campaign-opens.ts';
import { readDealOpens, type SubjectMaterial } from './read-deal-opens.ts';
import { readStanding, type StandingSignal } from './read-standing.ts';
import { readUserOpens } from './read-user-opens.ts';
import { MINUTE_MS, type Rule } from './seen-open.ts';
import { settleTriggers } from './settle-triggers.ts';
import { SIGNAL_RULE_LIST } from './signal-rule-list.ts';
import { type SignalChange, storeSignals } from './store-signals.ts';
import { type Subject, toSubjects } from './to-subjects.ts';

// In: the opens that were just stored, and those that were withdrawn. Out: signals, in the same transaction. Whatever
// order hits arrive in, and from however many processors, the signals that stand in the end are those that the rules
// give for the opens that are stored: each pixel touched is weighed anew from its earliest change on, under its row's
// lock. What must never happen: a signal made of prefetches, machines, own devices or install tests; one in mode
// `aggregate`; a hot one of low-confidence opens alone; a visitor's hash in a signal.

export interface SignalBatch {
  readonly events: readonly OpenEvent[];
  readonly withdrawn: readonly WithdrawnPlace[];
  readonly pixels: Pixels;
  /** When the opens are in the rollups, by which busy hours are known. Nothing else waits for it. */
  readonly rolledUp: Promise<unknown>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface SignalsRaised {
  /** New ones that people are to be told of: neither muted nor faded. Those with `heldFor` make no noise. */
  readonly raised: readonly RaisedSignal[];
  readonly withdrawn: readonly WithdrawnSignal[];
  /** Those that stand and say something else now; none of those that nobody was told of. */
  readonly moved: readonly WithdrawnSignal[];
  /** Also of those that nobody is told of. */
  readonly counts: readonly SignalCount[];
}

/** How many signals of a rule are new, and how many no longer hold. */
export interface SignalCount {
  readonly rule: SignalRule;
  readonly raised: number;
  readonly withdrawn: number;
}

const NO_SIGNALS: SignalsRaised = { raised: [], withdrawn: [], moved: [], counts: [] };

/** Weighs every pixel of the batch and stores what changes of its signals. */
export async function raiseSignals(
  trx: Transaction<Schema>,
  { events, withdrawn, pixels, rolledUp, now }: SignalBatch,
): Promise<SignalsRaised> {
  const subjects = toSubjects(events, withdrawn, pixels);
  const ofDeals = await readStandingOf(trx, subjects.filter(isDeal));
  const of = (kind: Subject['kind']) => subjects.filter((subject) => subject.kind === kind);
  const [deals, campaigns, users] = [of('deal'), of('campaign'), of('user')];
  const materials = [
    ...(deals.length === 0 ? [] : await readDealOpens(trx, deals, ofDeals)),
    ...(campaigns.length === 0 ? [] : await readCampaignOpens(trx, campaigns)),
    ...(users.length === 0 ? [] : await rolledUp.then(() => readUserOpens(trx, users))),
  ];
  if (materials.length === 0) return NO_SIGNALS;
  const others = materials.map(({ subject }) => subject).filter((subject) => !isDeal(subject));
  const standing = [...ofDeals, ...(await readStandingOf(trx, others))];
  const changes = materials.flatMap((material) => settle(material, standing, now));
  await rolledUp;
  return changes.length === 0 ? NO_SIGNALS : storeSignals(trx, changes, now);
}

function isDeal({ kind }: Subject): boolean {
  return kind === 'deal';
}

async function readStandingOf(
  trx: Transaction<Schema>,
  subjects: readonly Subject[],
): Promise<readonly StandingSignal[]> {
  return subjects.length === 0 ? [] : readStanding(trx, subjects);
}

/** Rule by rule: what is added, moved and withdrawn of one pixel. */
function settle(
  { subject, material, coolingRules, untilAt }: SubjectMaterial,
  standing: readonly StandingSignal[],
  now: number,
): readonly SignalChange[] {
  const { signalRules } = subject.pixel;
  const changes: SignalChange[] = [];
  let hotAts: readonly number[] = [];
  for (const rule of SIGNAL_RULE_LIST) {
    const numbers = signalRules[rule.name];
    if (!numbers.isOn || !rule.kinds.includes(subject.kind) || coolingRules.includes(rule.name)) continue;
    const known = toKnownFrom(rule, subject, now);
    const triggers = rule.weigh(material, signalRules);
    const { standsAt, ...settlement } = settleTriggers({
      triggers: rule.name === 'back_on_mobile' ? triggers.filter(({ at }) => !isHotAt(at)) : triggers,
      stored: standing.filter((signal) => signal.pixelId === subject.pixel.id && signal.rule === rule.name),
      fromAt: Math.max(subject.fromAt, known.fromAt),
      untilAt,
      cooldownMs: numbers.cooldownMinutes * MINUTE_MS,
      isBeyondDoubt: ({ raisedAt }) => raisedAt < known.allFromAt && !restsOnWithdrawn(raisedAt, rule, subject),
    });
    if (rule.name === 'hot') hotAts = standsAt;
    changes.push({ pixel: subject.pixel, rule: rule.name, ...settlement });
  }
  return changes;

  /** The hot signal that stands says "last on a phone" already. */
  function isHotAt(at: number): boolean {
    return hotAts.some((hotAt) => hotAt <= at && at < hotAt + signalRules.hot.cooldownMinutes * MINUTE_MS);
  }
}

/** From when on readers are known, and from when on so is everything that a rule looks back at: keys die at 48 hours. */
function toKnownFrom(rule: Rule, { kind, pixel }: Subject, now: number): { fromAt: number; allFromAt: number } {
  if (!rule.asksForReaders.includes(kind))
    return { fromAt: Number.NEGATIVE_INFINITY, allFromAt: Number.NEGATIVE_INFINITY };
  const fromAt = (Math.floor(now / DAY_MS) - 1) * DAY_MS;
  return { fromAt, allFromAt: fromAt + rule.reachMs(pixel.signalRules) };
}

function restsOnWithdrawn(raisedAt: number, rule: Rule, { withdrawnAts, pixel }: Subject): boolean {
  const reachMs = rule.reachMs(pixel.signalRules);
  return withdrawnAts.some((at) => at <= raisedAt && raisedAt - at <= reachMs);
}
