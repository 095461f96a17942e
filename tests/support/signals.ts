import { sql } from 'kysely';
import type { Databases } from '../../src/db/open-databases.ts';
import { toSignalSentence } from '../../src/domain/signal-reason.ts';

/** The signals that stand, by time and rule, as a test looks at them. */
export async function readSignals({ system }: Pick<Databases, 'system'>) {
  const rows = await system
    .selectFrom('signals')
    .selectAll()
    .where('withdrawn_at', 'is', null)
    .orderBy('raised_at')
    .orderBy('rule')
    .orderBy('pixel_id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    pixelId: row.pixel_id,
    memberId: row.user_id,
    campaignId: row.campaign_id,
    rule: row.rule,
    level: row.level,
    confidence: row.confidence,
    title: row.title,
    reasons: row.reasons,
    sentence: toSignalSentence(row.reasons),
    device: row.device,
    raisedAt: row.raised_at.getTime(),
    fadesAt: row.fades_at.getTime(),
    silencedFor: row.silenced_for,
  }));
}

/** Makes a campaign one of a deal. */
export async function makeDeal({ system }: Pick<Databases, 'system'>, campaignId: string): Promise<void> {
  await sql`update signature_campaigns set deal = '{}'::jsonb where id = ${campaignId}::uuid`.execute(system);
}
