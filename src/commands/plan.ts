import { parseArgs } from 'node:util';
import { changePlan } from '../accounts/change-plan.ts';
import { requireOrganization } from '../accounts/find-organization.ts';
import { type PlanUse, readPlan } from '../accounts/read-plan.ts';
import { OPERATOR } from '../audit/record-audit.ts';
import { systemClock } from '../kit/clock.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabases } from './with-databases.ts';

export const planCommand: Command = {
  name: 'plan',
  summary: 'show or set how many seats and opens a minute an organization has',
  help: `
Usage: mailtracker plan show --organization <name, slug or id> [--json]
       mailtracker plan set  --organization <name, slug or id> [--seats <n>] [--opens-per-minute <n>] [--json]

0 is unlimited. The word "default" goes back to PLAN_SEATS or PLAN_OPENS_PER_MINUTE. Active members and open invitations
fill seats. A plan that is too small stops nothing: nobody new can join, and opens beyond the rate are only counted.

Example: mailtracker plan set --organization acme --seats 25`,
  run: plan,
};

const OPTIONS = {
  organization: { type: 'string' },
  seats: { type: 'string' },
  'opens-per-minute': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

async function plan(words: readonly string[]): Promise<number> {
  const [verb, ...rest] = words;
  if (verb !== 'show' && verb !== 'set') throw new UsageError('expected show or set');
  const { values } = parseArgs({ args: [...rest], options: OPTIONS, strict: true });
  const { organization } = values;
  if (organization === undefined) throw new UsageError('--organization: expected a name, slug or id');
  const change = { seats: parseCount(values, 'seats'), opensPerMinute: parseCount(values, 'opens-per-minute') };
  const isEmpty = change.seats === undefined && change.opensPerMinute === undefined;
  if (verb === 'set' && isEmpty) throw new UsageError('expected --seats or --opens-per-minute');
  if (verb === 'show' && !isEmpty) throw new UsageError('show changes nothing: use set');
  const use = await withDatabases(async ({ databases, config }) => {
    const organizationId = await requireOrganization(databases, organization);
    if (verb === 'set') await changePlan(databases, { organizationId, actor: OPERATOR, change });
    const servers = { seats: config.planSeats, opensPerMinute: config.planOpensPerMinute };
    const question = { organizationId, plan: servers, now: systemClock.now() };
    return databases.system.transaction().execute((trx) => readPlan(trx, question));
  });
  process.stdout.write(values.json ? `${JSON.stringify(use)}\n` : toText(use));
  return 0;
}

const COUNT_MAX = 1_000_000;

function parseCount(values: Readonly<Record<string, unknown>>, name: 'seats' | 'opens-per-minute') {
  const text = values[name];
  if (text === undefined) return undefined;
  if (text === 'default') return null;
  if (typeof text === 'string' && /^\d{1,7}$/.test(text) && Number(text) <= COUNT_MAX) return Number(text);
  throw new UsageError(`--${name}: expected a whole number from 0 to ${COUNT_MAX}, or default`);
}

function toText({ seats, opensPerMinute, notices }: PlanUse): string {
  const limit = (value: number | null) => (value === null ? 'unlimited' : String(value));
  return [
    `Seats: ${limit(seats.limit)}, used: ${seats.active} active and ${seats.pending} invited`,
    `Opens a minute: ${limit(opensPerMinute.limit)}`,
    ...notices,
    '',
  ].join('\n');
}
