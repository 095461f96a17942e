import { z } from 'zod';
import { SIGNAL_LEVELS, SIGNAL_OUTCOMES, SIGNAL_RULES, SIGNAL_SILENCES } from '../domain/signal.ts';
import { CONFIDENCES } from '../domain/verdict.ts';
import { pageQuerySchema } from './page-query.ts';

const CURSOR = /^\d{1,15}\.[0-9a-f-]{36}$/;

/** GET /api/signals, newest first: a member's own, for an admin and a key the organization's. */
export const signalQuerySchema = z.object({
  limit: pageQuerySchema.shape.limit,
  cursor: z
    .string()
    .regex(CURSOR, 'the `next` of the page before')
    .optional()
    .describe('The `next` of the page before'),
  state: z
    .enum(['all', 'current'], { error: 'all or current' })
    .default('all')
    .describe(
      'current: whose heat has not faded and that nobody has answered; all: those that faded or were muted too',
    ),
  userId: z.uuid().optional().describe('Of one member'),
  campaignId: z.uuid().optional().describe('Of one campaign'),
});

/** Why, as a code with its numbers, for screens that say it in their own words. */
export const signalReasonSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('opens_within'), opens: z.int(), minutes: z.int() }),
  z.object({ code: z.literal('one_reader') }),
  z.object({ code: z.literal('nth_open'), nth: z.int() }),
  z.object({ code: z.literal('quiet_days'), days: z.int() }),
  z.object({ code: z.literal('readers'), readers: z.int(), hours: z.int() }),
  z.object({ code: z.literal('above_usual'), opens: z.int(), usual: z.number() }),
  z.object({ code: z.literal('last_on'), device: z.enum(['desktop', 'mobile', 'tablet']) }),
  z.object({ code: z.literal('unsure'), opens: z.int() }),
]);

export const signalSchema = z
  .object({
    id: z.uuid(),
    rule: z.enum(SIGNAL_RULES),
    level: z.enum(SIGNAL_LEVELS),
    confidence: z.enum(CONFIDENCES),
    campaignId: z.uuid().nullable(),
    userId: z.uuid(),
    userName: z.string(),
    title: z.string().describe("The campaign's name as it was, or whose signature"),
    reasons: z.array(z.string()).describe('Why, in words'),
    why: z.array(signalReasonSchema).describe('The same as codes and numbers'),
    sentence: z.string().describe('The same as one sentence: "Opened 3 times in 5 minutes, last on a phone"'),
    device: z.enum(['desktop', 'mobile', 'tablet']).nullable(),
    raisedAt: z.iso.datetime(),
    fadesAt: z.iso.datetime().describe('When the heat is gone'),
    moreOpens: z.int().describe('Counted opens of the same pixel since, until the heat faded'),
    outcome: z.enum(SIGNAL_OUTCOMES).nullable(),
    silencedFor: z.enum(SIGNAL_SILENCES).nullable().describe('Why nobody was told at once'),
  })
  .meta({ id: 'Signal' });
export type Signal = z.infer<typeof signalSchema>;

export const signalListSchema = z.object({ data: z.array(signalSchema), next: z.string().nullable() });

export const signalOutcomeSchema = z.strictObject({
  outcome: z
    .enum(SIGNAL_OUTCOMES, { error: `one of ${SIGNAL_OUTCOMES.join(', ')}, or null` })
    .nullable()
    .describe('Null takes back what was said'),
});

const ruleSchema = z.enum(SIGNAL_RULES, { error: `one of ${SIGNAL_RULES.join(', ')}` });

/** What a member wants no signals of: a campaign or a rule. */
export const addMuteSchema = z
  .strictObject({ campaignId: z.uuid().optional(), rule: ruleSchema.optional() })
  .refine(({ campaignId, rule }) => (campaignId === undefined) !== (rule === undefined), {
    path: ['campaignId'],
    error: 'either a campaignId or a rule',
  });
export const muteSchema = z.object({
  id: z.uuid(),
  campaignId: z.uuid().nullable(),
  campaignName: z.string().nullable(),
  rule: ruleSchema.nullable(),
  createdAt: z.iso.datetime(),
});
export const muteListSchema = z.object({ data: z.array(muteSchema) });

/** What came of each rule's signals in the last `days` days. */
export const precisionSchema = z.object({
  days: z.int(),
  data: z.array(
    z.object({
      rule: ruleSchema,
      raised: z.int(),
      reached: z.int(),
      noAnswer: z.int(),
      noise: z.int(),
      answered: z.int().describe('The sample: signals with an outcome'),
      precision: z.int().nullable().describe('Whole per cents of the sample that were no noise; null: no sample'),
      isEnough: z.boolean().describe('The sample is large enough to say something'),
    }),
  ),
});

/** For an admin: rules that were mostly noise. */
export const suggestionListSchema = z.object({
  data: z.array(
    z.object({
      rule: ruleSchema,
      noise: z.int(),
      of: z.int(),
      sentence: z.string(),
      change: z
        .object({ field: z.string(), from: z.number(), to: z.number() })
        .nullable()
        .describe('A stricter number; null: switch the rule off'),
    }),
  ),
});
