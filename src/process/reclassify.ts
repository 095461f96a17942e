import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { OrganizationId } from '../domain/ids.ts';
import type { Judgement } from '../domain/verdict.ts';
import { RULES_VERSION } from './classify/families.ts';
import { rejudge } from './classify/judge.ts';
import { createJudgementIds } from './judgement-ids.ts';
import { finishRun, openRun } from './reclassification-runs.ts';
import { reclassifyBatch } from './reclassify-batch.ts';
import { toFailure } from './to-failure.ts';

// In: the judgements of stored events and the rules of today. Out: events, rollups and an audit of what changed, in
// small transactions that hits pass by. Events whose verdict, confidence and reason stay are not touched, so a run
// that was cut off goes on where it ended when it is started again, and a second run changes nothing.

/** What judges history again; the default are the rules of this version. */
export interface Rules {
  readonly version: number;
  rejudge(stored: Judgement): Judgement;
}

export interface ReclassifyOptions {
  readonly databases: Databases;
  /** Milliseconds: events before it stay as they are; null: all. */
  readonly since: number | null;
  /** Tells what would change and changes nothing. */
  readonly isDryRun: boolean;
  readonly rules?: Rules;
  /** Hears how many of the events that change are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What people are told of a judgement. */
type Said = Pick<Judgement, 'verdict' | 'confidence' | 'reason'>;

export interface JudgementChange {
  readonly from: Said;
  readonly to: Said;
  /** Events that it concerned when the run began. */
  readonly events: number;
}

export interface Reclassified {
  /** Null when nothing was changed. */
  readonly runId: number | null;
  readonly rulesVersion: number;
  readonly changes: readonly JudgementChange[];
  /** Events that were changed or, in a dry run, would be. */
  readonly events: number;
}

const TRIES_MAX = 5;

/** Judges history again. Throws what the database throws; what was done by then stays done. */
export async function reclassify(options: ReclassifyOptions): Promise<Reclassified> {
  const { databases, since, isDryRun, rules = { version: RULES_VERSION, rejudge }, onProgress = () => {} } = options;
  const plan = await readPlan(databases, since, rules);
  const changes = toChanges(plan);
  const total = plan.counts.reduce((sum, { events }) => sum + events, 0);
  if (isDryRun) return { runId: null, rulesVersion: rules.version, changes, events: total };
  const runId = await openRun(databases, { rulesVersion: rules.version, since, isNeeded: total > 0 });
  if (runId === null) return { runId, rulesVersion: rules.version, changes, events: 0 };
  const judgementIds = createJudgementIds(databases);
  await judgementIds.learn([...plan.targets.values()].map((judgement) => ({ judgement })));
  let done = 0;
  for (const organizationId of new Set(plan.counts.map((count) => count.organizationId))) {
    let after: { hitAt: number; id: number } | null = null;
    do {
      const work = { runId, organizationId, since, after, targets: plan.targets, judgementIds };
      const batch: Awaited<ReturnType<typeof reclassifyBatch>> = await withRetries(() =>
        reclassifyBatch(databases, work),
      );
      done += batch.events;
      after = batch.last;
      onProgress(done, Math.max(done, total));
    } while (after !== null);
  }
  await finishRun(databases, runId);
  return { runId, rulesVersion: rules.version, changes, events: done };
}

/** Processing may hold the same rows for a moment, and one of the two has to step back. */
async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (toFailure(error) !== 'conflict' || tries === TRIES_MAX) throw error;
    }
  }
}

interface Plan {
  /** The stored judgements by id. */
  readonly stored: ReadonlyMap<number, Judgement>;
  /** What becomes of each stored judgement that does not stay, by its id. */
  readonly targets: ReadonlyMap<number, Judgement>;
  readonly counts: readonly EventCount[];
}

interface EventCount {
  readonly organizationId: OrganizationId;
  readonly judgementId: number;
  readonly events: number;
}

async function readPlan({ system }: Databases, since: number | null, rules: Rules): Promise<Plan> {
  const stored = new Map<number, Judgement>();
  for (const row of await system.selectFrom('judgements').selectAll().execute()) {
    const { id, rules_version, client_family, network_class, ...same } = row;
    const names = { rulesVersion: rules_version, clientFamily: client_family, networkClass: network_class };
    stored.set(id, { ...same, ...names });
  }
  const targets = new Map<number, Judgement>();
  for (const [id, judgement] of stored) {
    const now = rules.rejudge(judgement);
    if (isAnother(judgement, now)) targets.set(id, now);
  }
  if (targets.size === 0) return { stored, targets, counts: [] };
  const { rows: counts } = await sql<EventCount>`
    select organization_id as "organizationId", judgement_id as "judgementId", count(*)::int as events
    from signature_tracking_events
    where judgement_id = any(${[...targets.keys()]}::int[]) and hit_at >= coalesce(to_timestamp(${since}::float8 / 1000), '-infinity')
    group by organization_id, judgement_id order by organization_id, judgement_id`.execute(system);
  return { stored, targets, counts };
}

/** A judgement that says the same under a newer version stays, so that most of history is not written again. */
function isAnother(a: Judgement, b: Judgement): boolean {
  return a.verdict !== b.verdict || a.confidence !== b.confidence || a.reason !== b.reason;
}

/** Added up over devices and clients, most events first. */
function toChanges({ stored, targets, counts }: Plan): readonly JudgementChange[] {
  const changes = new Map<string, JudgementChange>();
  for (const { judgementId, events } of counts) {
    const [from, to] = [toSaid(stored.get(judgementId)), toSaid(targets.get(judgementId))];
    if (from === null || to === null) continue;
    const key = JSON.stringify([from, to]);
    changes.set(key, { from, to, events: events + (changes.get(key)?.events ?? 0) });
  }
  return [...changes.values()].sort((a, b) => b.events - a.events);
}

function toSaid(judgement: Judgement | undefined): Said | null {
  if (judgement === undefined) return null;
  const { verdict, confidence, reason } = judgement;
  return { verdict, confidence, reason };
}
