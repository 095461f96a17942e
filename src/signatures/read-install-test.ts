import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { InstallTestId, MemberId, OrganizationId } from '../domain/ids.ts';
import type { Confidence, Device, Verdict } from '../domain/verdict.ts';

const HITS_SHOWN_MAX = 100;
/** An opened mail loads its images within this after it was sent to oneself and opened. */
const PATIENCE_MS = 120_000;

export interface InstallTestHit {
  readonly at: Date;
  /** What it would have been judged to be, were it no test. */
  readonly verdict: Verdict;
  readonly confidence: Confidence;
  readonly reason: string;
  readonly device: Device;
  readonly clientFamily: string;
}

/**
 * `waiting`: nothing yet. `seen`: loaded, but whether before or after sending is not known. `working`: loaded after
 * sending. `rehosted`: loaded before sending and not after: the mail client has copied the image to a place of its own.
 * `nothing_seen`: the time is up; the image was attached, removed or blocked.
 */
export type InstallTestState = 'waiting' | 'seen' | 'working' | 'rehosted' | 'nothing_seen';

export interface InstallTestResult {
  readonly id: InstallTestId;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly state: InstallTestState;
  /** Newest first. */
  readonly hits: readonly InstallTestHit[];
}

/** The member's own test; null for any other. `sentAt` is when they sent the mail, as far as they told. */
export async function readInstallTest(
  trx: Transaction<Schema>,
  question: {
    readonly organizationId: OrganizationId;
    readonly memberId: MemberId;
    readonly testId: InstallTestId;
    readonly sentAt: number | null;
    readonly now: number;
  },
): Promise<InstallTestResult | null> {
  const { organizationId, memberId, testId, sentAt, now } = question;
  const test = await trx
    .selectFrom('signature_install_tests')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', memberId)
    .where('id', '=', testId)
    .select(['id', 'created_at as createdAt', 'expires_at as expiresAt'])
    .executeTakeFirst();
  if (test === undefined) return null;
  const hits = await trx
    .selectFrom('signature_install_test_hits as hit')
    .innerJoin('judgements as judgement', 'judgement.id', 'hit.judgement_id')
    .where('hit.organization_id', '=', organizationId)
    .where('hit.test_id', '=', testId)
    .orderBy('hit.hit_at', 'desc')
    .orderBy('hit.id', 'desc')
    .limit(HITS_SHOWN_MAX)
    .select(['hit.hit_at as at', 'judgement.verdict', 'judgement.confidence', 'judgement.reason'])
    .select(['judgement.device', 'judgement.client_family as clientFamily'])
    .execute();
  const times = hits.map((hit) => hit.at.getTime());
  return { ...test, hits, state: toInstallTestState({ times, sentAt, now, expiresAt: test.expiresAt.getTime() }) };
}

export function toInstallTestState(seen: {
  readonly times: readonly number[];
  readonly sentAt: number | null;
  readonly now: number;
  readonly expiresAt: number;
}): InstallTestState {
  const { times, sentAt, now, expiresAt } = seen;
  const isOver = now >= expiresAt;
  if (times.length === 0) return isOver ? 'nothing_seen' : 'waiting';
  if (sentAt === null) return 'seen';
  if (times.some((at) => at >= sentAt)) return 'working';
  return isOver || now >= sentAt + PATIENCE_MS ? 'rehosted' : 'waiting';
}
