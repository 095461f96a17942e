import { sql, type Transaction } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Schema } from '../db/schema.ts';
import { withTenant } from '../db/with-tenant.ts';
import { toLocalDay, toLocalInstant } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { toTrackingSettings } from '../domain/settings.ts';
import type { Log } from '../kit/log.ts';
import { type Digest, readHeld } from './read-digest.ts';
import { type Letter, toDigestLetter } from './to-digest-letter.ts';

// In: members whose clock has passed the time of their digest today. Out: a row a member and local day and, where there
// is something to tell and a mail server, one letter. What must never happen: two letters of one day, whoever else runs
// this at the same time and whatever dies in between; rather none, since the screen shows the digest all the same.

export interface DigestJob {
  readonly databases: Databases;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where people read more. */
  readonly publicUrl: string;
  /** Null: nothing is mailed. */
  readonly send: ((letter: Letter) => Promise<void>) | null;
}

/** A signal is stored at most so long after its `created_at` was taken; what is younger waits for the next digest. */
const COMMIT_MS_MAX = 60_000;
/** What waited for longer while no digest was made is on the Live page. */
const LOOK_BACK_DAYS_MAX = 7;

/** Makes every digest that is due and answers how many were made now. A member's failure is logged and stops no other. */
export async function makeDigests(job: DigestJob): Promise<number> {
  let made = 0;
  for (const member of await readDue(job)) {
    try {
      if (await makeDigest(job, member)) made += 1;
    } catch (error) {
      job.log.error({ error: error instanceof Error ? error.message : String(error) }, 'signals.digest_failed');
    }
  }
  return made;
}

interface DueMember {
  readonly organizationId: OrganizationId;
  readonly memberId: MemberId;
  readonly name: string;
  readonly email: string;
  readonly timeZone: string;
  /** Their local day. */
  readonly day: string;
  /** Until when the digest before told; null: there was none. */
  readonly lastUntil: Date | null;
}

interface MemberRow {
  organization_id: OrganizationId;
  user_id: MemberId;
  name: string;
  email: string;
  timezone: string | null;
  tracking_settings: Parameters<typeof toTrackingSettings>[0];
  digest_at: string;
  updated_at: Date;
  last_day: string | null;
  last_until: Date | null;
}

async function readDue({ databases, now }: DigestJob): Promise<readonly DueMember[]> {
  const { rows } = await sql<MemberRow>`
    select a.organization_id, a.user_id, coalesce(m.name, u.name) as name, u.email, m.timezone, s.tracking_settings,
      a.digest_at, a.updated_at, last.day::text as last_day, last.until_at as last_until
    from member_attention a join organization_users m on m.id = a.user_id join users u on u.id = m.user_id
    left join organization_settings s on s.organization_id = a.organization_id
    left join lateral (select d.day, d.until_at from signal_digests d where d.user_id = a.user_id order by d.day desc limit 1) last on true
    where a.digest_at is not null and m.deactivated_at is null order by a.user_id`.execute(databases.system);
  return rows.flatMap((row) => {
    const timeZone = row.timezone ?? toTrackingSettings(row.tracking_settings).timezone;
    const day = toLocalDay(now, timeZone);
    const dueAt = toLocalInstant(`${day}T${row.digest_at}`, timeZone);
    const isDue = dueAt <= now && row.updated_at.getTime() <= dueAt && (row.last_day === null || row.last_day < day);
    if (!isDue) return [];
    const { organization_id: organizationId, user_id: memberId, name, email, last_until: lastUntil } = row;
    return { organizationId, memberId, name, email, timeZone, day, lastUntil };
  });
}

/** False: somebody else made it. The row is there for good before a letter leaves. */
async function makeDigest(job: DigestJob, member: DueMember): Promise<boolean> {
  const { organizationId } = member;
  const digest = await withTenant(job.databases, organizationId, (trx) => claimDigest(trx, job, member));
  if (digest === null) return false;
  if (job.send === null || digest.signals.length === 0) return true;
  const letter = toDigestLetter(digest, { ...member, publicUrl: job.publicUrl });
  const mail = await job.send(letter).then(
    () => 'sent' as const,
    (error: unknown) => {
      job.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'signals.digest_not_mailed');
      return 'failed' as const;
    },
  );
  await withTenant(job.databases, organizationId, (trx) =>
    trx
      .updateTable('signal_digests')
      .set({ mail })
      .where('user_id', '=', member.memberId)
      .where('day', '=', member.day)
      .execute(),
  );
  return true;
}

async function claimDigest(
  trx: Transaction<Schema>,
  { now, send }: DigestJob,
  { organizationId, memberId, day, lastUntil }: DueMember,
): Promise<Digest | null> {
  const until = new Date(now - COMMIT_MS_MAX);
  const first = until.getTime() - (lastUntil === null ? 1 : LOOK_BACK_DAYS_MAX) * DAY_MS;
  const since = new Date(Math.min(until.getTime(), Math.max(first, lastUntil?.getTime() ?? 0)));
  const digest = await readHeld(trx, { organizationId, memberId, since, until });
  const claimed = await trx
    .insertInto('signal_digests')
    .values({
      organization_id: organizationId,
      user_id: memberId,
      day,
      since_at: since,
      until_at: until,
      signals: digest.signals.length,
      mail: send === null || digest.signals.length === 0 ? 'none' : 'sending',
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'day']).doNothing())
    .returning('day')
    .executeTakeFirst();
  return claimed === undefined ? null : digest;
}
