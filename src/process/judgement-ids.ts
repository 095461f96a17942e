import { sql } from 'kysely';
import type { Databases } from '../db/open-databases.ts';
import type { Judgement } from '../domain/verdict.ts';

/** The dictionary of judgements: an event points at one row of it. */
export interface JudgementIds {
  /** Makes sure that the id of each hit's judgement is known. Runs before the batch's transaction and outlives it. */
  learn(hits: readonly { readonly judgement: Judgement }[]): Promise<void>;
  /** Throws Unlearned when the id of one of them is not known: then the batch is tried again after `learn`. */
  mustKnow(hits: readonly { readonly judgement: Judgement }[]): void;
  /** Throws when the judgement was not learned in this batch. */
  of(judgement: Judgement): number;
}

/** Judgements that came out of what surrounded the hits, known only inside of the transaction. Rare: new ones only. */
export class Unlearned extends Error {
  readonly hits: readonly { readonly judgement: Judgement }[];
  constructor(hits: Unlearned['hits']) {
    super('judgements are not learned yet');
    this.hits = hits;
  }
}

/** Ids kept in memory. The classifier knows a few hundred combinations; beyond this the memory starts anew. */
const JUDGEMENTS_CACHED_MAX = 10_000;

export function createJudgementIds(databases: Databases): JudgementIds {
  let ids = new Map<string, number>();
  // The classifier answers the same object for the same agent: nearly every hit is found by it.
  let byObject = new WeakMap<Judgement, number>();
  const find = (judgement: Judgement): number | undefined => {
    const known = byObject.get(judgement);
    if (known !== undefined) return known;
    const id = ids.get(toKey(judgement));
    if (id !== undefined) byObject.set(judgement, id);
    return id;
  };
  return {
    learn: async (hits) => {
      const missing = new Map<string, Judgement>();
      for (const { judgement } of hits) {
        if (find(judgement) === undefined) missing.set(toKey(judgement), judgement);
      }
      if (missing.size === 0) return;
      if (ids.size + missing.size > JUDGEMENTS_CACHED_MAX) {
        ids = new Map();
        byObject = new WeakMap();
        for (const { judgement } of hits) missing.set(toKey(judgement), judgement);
      }
      for (const [key, id] of await storeJudgements(databases, [...missing.values()])) ids.set(key, id);
    },
    mustKnow: (hits) => {
      const missing = hits.filter(({ judgement }) => find(judgement) === undefined);
      if (missing.length > 0) throw new Unlearned(missing);
    },
    of: (judgement) => {
      const id = find(judgement);
      if (id === undefined) throw new Error('a judgement was not learned before its event');
      return id;
    },
  };
}

function toKey(judgement: Judgement): string {
  const { verdict, confidence, reason, rulesVersion, device, clientFamily, networkClass, hints } = judgement;
  return `${verdict}|${confidence}|${reason}|${rulesVersion}|${device}|${clientFamily}|${networkClass}|${hints}`;
}

/** Two statements: the second sees what another processor stored while the first waited for it. */
async function storeJudgements(databases: Databases, judgements: readonly Judgement[]): Promise<Map<string, number>> {
  const sorted = [...judgements].sort((a, b) => (toKey(a) < toKey(b) ? -1 : 1));
  const column = (name: keyof Judgement) => sorted.map((judgement) => judgement[name]);
  const input = sql`unnest(${column('verdict')}::text[], ${column('confidence')}::text[], ${column('reason')}::text[],
    ${column('rulesVersion')}::smallint[], ${column('device')}::text[], ${column('clientFamily')}::text[],
    ${column('networkClass')}::text[], ${column('hints')}::text[]) with ordinality
    as j (verdict, confidence, reason, rules_version, device, client_family, network_class, hints, n)`;
  await sql`
    insert into judgements (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)
    select verdict, confidence, reason, rules_version, device, client_family, network_class, hints from ${input}
    where not exists (select from judgements known where (known.verdict, known.confidence, known.reason, known.rules_version, known.device, known.client_family, known.network_class, known.hints)
      = (j.verdict, j.confidence, j.reason, j.rules_version, j.device, j.client_family, j.network_class, j.hints))
    order by n on conflict do nothing`.execute(databases.system);
  const { rows } = await sql<{ id: number; n: number }>`
    select known.id, j.n::int as n from ${input} join judgements known
      using (verdict, confidence, reason, rules_version, device, client_family, network_class, hints)`.execute(
    databases.system,
  );
  const ids = new Map<string, number>();
  for (const row of rows) {
    const judgement = sorted[row.n - 1];
    if (judgement) ids.set(toKey(judgement), row.id);
  }
  return ids;
}
