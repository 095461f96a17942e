import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';

interface RunQuestion {
  readonly rulesVersion: number;
  /** Milliseconds. */
  readonly since: number | null;
  /** False: only a run that was cut off is taken up, to be finished. */
  readonly isNeeded: boolean;
}

/** The run of the same question that was cut off, else a new one; null when neither is called for. */
export async function openRun({ system }: Databases, question: RunQuestion): Promise<number | null> {
  const { rulesVersion, since, isNeeded } = question;
  const sinceAt = sql`to_timestamp(${since}::float8 / 1000)`;
  const { rows: open } = await sql<{ id: number }>`
    select id from reclassification_runs
    where rules_version = ${rulesVersion} and since is not distinct from ${sinceAt} and finished_at is null
    order by id desc limit 1`.execute(system);
  if (open[0] !== undefined || !isNeeded) return open[0]?.id ?? null;
  const { rows } = await sql<{ id: number }>`
    insert into reclassification_runs (rules_version, since) values (${rulesVersion}, ${sinceAt}) returning id`.execute(
    system,
  );
  return rows[0]?.id ?? null;
}

export async function finishRun({ system }: Databases, runId: number): Promise<void> {
  await sql`update reclassification_runs set finished_at = now() where id = ${runId}`.execute(system);
}
