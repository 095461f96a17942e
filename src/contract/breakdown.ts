import { z } from 'zod';

const breakdownPartSchema = z.object({
  data: z.array(z.object({ name: z.string(), opens: z.int().min(1) })).describe('Most opens first'),
  other: z.int().min(1).nullable().describe('Opens of all others together; null: none, or too few to tell of'),
});

/** What recipients of a member, or of the whole team, read with, and where, as far as k-anonymity allows. */
export const breakdownSchema = z.object({
  clients: breakdownPartSchema.describe("Mail programs, of opens by a reader's own software"),
  countries: breakdownPartSchema.describe('Countries of the same opens; empty unless the organization collects them'),
  kAnonymity: z.int().describe('Nothing is told of fewer readers than this on one day'),
  days: z.int(),
  timezone: z.string(),
});
export type Breakdown = z.infer<typeof breakdownSchema>;
