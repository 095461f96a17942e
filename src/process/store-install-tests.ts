import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { InstallTestId, MemberId, OrganizationId } from '../domain/ids.ts';
import { type PersonalMode, restrictSettings, type TrackingSettings, toTrackingSettings } from '../domain/settings.ts';
import type { DropCounts } from './drop-counts.ts';
import { judgeOwnDevices } from './judge-own-devices.ts';
import type { JudgedHit } from './judge-records.ts';
import type { JudgementIds } from './judgement-ids.ts';
import { type Pixels, readRules, toBuffer, toTokenKey } from './read-pixels.ts';

// In: hits whose token belongs to no pixel. Out: those of a running install test stored for its member to see, with the
// judgement that a real pixel's hit would have got; all others go on. What must never happen: a test's hit in an event,
// a rollup, a visitor or a signal. A test that is over is an unknown token again.

/** Of one test: a mail that is opened again and again proves nothing more. */
export const INSTALL_TEST_HITS_MAX = 200;

export interface TestedHits {
  /** What belongs to no test. */
  readonly others: readonly JudgedHit[];
  readonly tested: number;
}

export async function storeInstallTests(
  trx: Transaction<Schema>,
  hits: readonly JudgedHit[],
  parts: { readonly pixels: Pixels; readonly counts: DropCounts; readonly judgementIds: JudgementIds },
): Promise<TestedHits> {
  const strange = hits.filter(
    ({ hit }) => hit.trackingType === 'user' && parts.pixels.find('user', hit.tokenHash) === null,
  );
  if (strange.length === 0) return { others: hits, tested: 0 };
  const tests = await readRunningTests(trx, strange);
  if (tests.size === 0) return { others: hits, tested: 0 };
  const find = ({ hit }: JudgedHit): RunningTest | null => {
    const test = hit.trackingType === 'user' ? tests.get(toTokenKey(hit.tokenHash)) : undefined;
    return test !== undefined && test.createdAt <= hit.hitAt && hit.hitAt < test.expiresAt ? test : null;
  };
  const others = hits.filter((judged) => find(judged) === null);
  const found = hits.flatMap((judged) => find(judged) ?? []);
  const mine = await judgeOwnDevices(
    trx,
    hits.filter((judged) => find(judged) !== null),
    { find: (_type, tokenHash) => tests.get(toTokenKey(tokenHash)) ?? null },
  );
  const stored: StoredHit[] = [];
  for (const [i, judged] of mine.entries()) {
    const test = found[i];
    if (test === undefined) continue;
    if (isOn(test.settings)) stored.push({ test, judged });
    else parts.counts.drop({ ...test, campaignId: null }, 'tracking_off', { hitAt: judged.hit.hitAt, hits: 1 });
  }
  parts.judgementIds.mustKnow(stored.map(({ judged }) => judged));
  await insertHits(trx, stored, parts.judgementIds);
  return { others, tested: stored.length };
}

interface RunningTest {
  readonly id: InstallTestId;
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  /** Milliseconds, `expiresAt` excluded. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly settings: TrackingSettings;
}

interface StoredHit {
  readonly test: RunningTest;
  readonly judged: JudgedHit;
}

function isOn({ mode, user_tracking_enabled }: TrackingSettings): boolean {
  return mode !== 'off' && user_tracking_enabled;
}

/** By token; locked, so that a test that is being removed gets no hit afterwards. */
async function readRunningTests(
  trx: Transaction<Schema>,
  hits: readonly JudgedHit[],
): Promise<ReadonlyMap<string, RunningTest>> {
  const hashes = new Map(hits.map(({ hit }) => [toTokenKey(hit.tokenHash), toBuffer(hit.tokenHash)]));
  const { rows } = await sql<{
    id: InstallTestId;
    organization_id: OrganizationId;
    user_id: MemberId;
    token_hash: Buffer;
    created_at: number;
    expires_at: number;
    tracking_mode: PersonalMode;
  }>`
    select t.id, t.organization_id, t.user_id, t.token_hash, m.tracking_mode,
      (extract(epoch from t.created_at) * 1000)::float8 as created_at,
      (extract(epoch from t.expires_at) * 1000)::float8 as expires_at
    from signature_install_tests t join organization_users m on m.id = t.user_id
    where t.token_hash = any(${[...hashes.values()]}::bytea[])
    order by t.id for key share of t`.execute(trx);
  const rules = await readRules(trx, [...new Set(rows.map((row) => row.organization_id))]);
  return new Map(
    rows.map((row) => [
      toTokenKey(row.token_hash),
      {
        id: row.id,
        organizationId: row.organization_id,
        memberId: row.user_id,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        settings: restrictSettings(
          rules.get(row.organization_id)?.settings ?? toTrackingSettings(null),
          row.tracking_mode,
        ),
      },
    ]),
  );
}

async function insertHits(
  trx: Transaction<Schema>,
  stored: readonly StoredHit[],
  judgementIds: JudgementIds,
): Promise<void> {
  if (stored.length === 0) return;
  await sql`
    insert into signature_install_test_hits (organization_id, test_id, hit_at, judgement_id)
    select organization_id, test_id, to_timestamp(hit_at / 1000), judgement_id
    from (select *, row_number() over (partition by test_id order by hit_at, n) as place
      from unnest(${stored.map(({ test }) => test.organizationId)}::uuid[], ${stored.map(({ test }) => test.id)}::uuid[],
        ${stored.map(({ judged }) => judged.hit.hitAt)}::float8[],
        ${stored.map(({ judged }) => judgementIds.of(judged.judgement))}::int[])
        with ordinality as hit (organization_id, test_id, hit_at, judgement_id, n)) hit
    where place + (select count(*) from signature_install_test_hits known where known.test_id = hit.test_id)
      <= ${INSTALL_TEST_HITS_MAX}::int`.execute(trx);
}
