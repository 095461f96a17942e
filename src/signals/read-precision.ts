import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../domain/hit.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import { SIGNAL_RULES, type SignalRule } from '../domain/signal.ts';
import { SIGNAL_RULE_BOUNDS, type SignalRules } from '../domain/signal-rules.ts';

/** What came of one rule's signals. */
export interface Precision {
  readonly rule: SignalRule;
  /** Those that people were told of, answered or not. */
  readonly raised: number;
  readonly reached: number;
  readonly noAnswer: number;
  readonly noise: number;
  /** The sample. */
  readonly answered: number;
  /** Whole per cents of the sample that were no noise; null without a sample. */
  readonly precision: number | null;
  readonly isEnough: boolean;
}

/** As far back as is looked. */
export const PRECISION_DAYS = 90;
/** Fewer outcomes say nothing yet. */
export const SAMPLE_MIN = 10;
/** A rule that was noise so often, of the last SAMPLE_MIN outcomes, is suggested to be made stricter. */
const NOISE_MIN = 7;

export interface PrecisionQuestion {
  readonly organizationId: OrganizationId;
  /** Null: of everybody. */
  readonly ofMember: MemberId | null;
  readonly now: number;
}

/** Per rule, from the outcomes that people told; every rule is there. */
export async function readPrecision(
  trx: Transaction<Schema>,
  { organizationId, ofMember, now }: PrecisionQuestion,
): Promise<readonly Precision[]> {
  const since = new Date(now - PRECISION_DAYS * DAY_MS);
  const { rows } = await sql<Omit<Precision, 'answered' | 'precision' | 'isEnough'>>`
    select s.rule, count(*) filter (where s.silenced_for is null or s.silenced_for in ('quiet_hours', 'minimum_level'))::int as raised,
      count(*) filter (where o.outcome = 'reached')::int as reached,
      count(*) filter (where o.outcome = 'no_answer')::int as "noAnswer",
      count(*) filter (where o.outcome = 'noise')::int as noise
    from signals s left join signal_outcomes o on o.signal_id = s.id
    where s.organization_id = ${organizationId} and s.withdrawn_at is null and s.raised_at >= ${since}
      and (${ofMember}::uuid is null or s.user_id = ${ofMember})
    group by s.rule`.execute(trx);
  const found = new Map(rows.map((row) => [row.rule, row]));
  return SIGNAL_RULES.map((rule) => {
    const { raised, reached, noAnswer, noise } = found.get(rule) ?? { raised: 0, reached: 0, noAnswer: 0, noise: 0 };
    const answered = reached + noAnswer + noise;
    const precision = answered === 0 ? null : Math.round(((answered - noise) * 100) / answered);
    return { rule, raised, reached, noAnswer, noise, answered, precision, isEnough: answered >= SAMPLE_MIN };
  });
}

/** A rule that cries wolf, and how it could be made stricter. */
export interface Suggestion {
  readonly rule: SignalRule;
  readonly noise: number;
  readonly of: number;
  /** Null: its number is at its bound already, so it is better switched off. */
  readonly change: { readonly field: string; readonly from: number; readonly to: number } | null;
}

/** From the last outcomes of each rule that is on, in the organization. */
export async function readSuggestions(
  trx: Transaction<Schema>,
  { organizationId, now, rules }: Omit<PrecisionQuestion, 'ofMember'> & { readonly rules: SignalRules },
): Promise<readonly Suggestion[]> {
  const since = new Date(now - PRECISION_DAYS * DAY_MS);
  const { rows } = await sql<{ rule: SignalRule; noise: number; of: number }>`
    select last.rule, count(*) filter (where last.outcome = 'noise')::int as noise, count(*)::int as of
    from (select s.rule, o.outcome, row_number() over (partition by s.rule order by o.at desc, s.id) as nth
      from signal_outcomes o join signals s on s.id = o.signal_id
      where o.organization_id = ${organizationId} and o.at >= ${since} and s.withdrawn_at is null) last
    where last.nth <= ${SAMPLE_MIN} group by last.rule
    having count(*) >= ${SAMPLE_MIN} and count(*) filter (where last.outcome = 'noise') >= ${NOISE_MIN}
    order by noise desc, last.rule`.execute(trx);
  return rows.filter(({ rule }) => rules[rule].isOn).map((row) => ({ ...row, change: toStricter(row.rule, rules) }));
}

/** The number that makes each rule rarer. */
function toStricter(rule: SignalRule, rules: SignalRules): Suggestion['change'] {
  const stricter = (field: string, from: number, [, most]: readonly [number, number]) =>
    from >= most ? null : { field, from, to: from + 1 };
  switch (rule) {
    case 'hot':
      return stricter('opens', rules.hot.opens, SIGNAL_RULE_BOUNDS.hot.opens);
    case 'back_on_mobile':
      return stricter('opens', rules.back_on_mobile.opens, SIGNAL_RULE_BOUNDS.back_on_mobile.opens);
    case 'revived':
      return stricter('quietDays', rules.revived.quietDays, SIGNAL_RULE_BOUNDS.revived.quietDays);
    case 'spreading':
      return stricter('readers', rules.spreading.readers, SIGNAL_RULE_BOUNDS.spreading.readers);
    default:
      return stricter('times', rules.unusual.times, SIGNAL_RULE_BOUNDS.unusual.times);
  }
}
