import { parseArgs } from 'node:util';
import { createAuth } from '../accounts/create-auth.ts';
import { createResetLink, RESET_MINUTES } from '../accounts/password-reset.ts';
import { toPurposeKey } from '../kit/crypto.ts';
import { createLog } from '../kit/log.ts';
import { type Command, UsageError } from './command.ts';
import { userCreate } from './user-create.ts';
import { type CommandTools as Tools, withDatabases } from './with-databases.ts';

export const userCommand: Command = {
  name: 'user',
  summary: 'add a person, or make a link for a forgotten password',
  help: `
Usage: mailtracker user create --email <address> --name <name> --organization <name, slug or id>
                               [--new-organization] [--role member|admin|owner] [--json]
       mailtracker user reset-link --email <address> [--json]

create      adds the person to the organization and prints a password, once. With --new-organization it is made, and
            the person owns it.
reset-link  prints a link to set a new password, good for ${RESET_MINUTES} minutes and once. Hand it to that person only: it ends
            their sessions.

Works whether or not the server is running.`,
  run: user,
};

const OPTIONS = {
  email: { type: 'string' },
  name: { type: 'string' },
  organization: { type: 'string' },
  'new-organization': { type: 'boolean', default: false },
  role: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

async function user(words: readonly string[]): Promise<number> {
  const [verb, ...rest] = words;
  if (verb !== 'create' && verb !== 'reset-link') throw new UsageError('expected create or reset-link');
  const { values } = parseArgs({ args: [...rest], options: OPTIONS, strict: true });
  const { email } = values;
  if (email === undefined || !/^\S+@\S+$/.test(email)) throw new UsageError('--email: expected an email address');
  const answer = await withDatabases((tools) =>
    verb === 'create' ? create(tools, { ...values, email }) : makeLink(tools, email),
  );
  process.stdout.write(values.json ? `${JSON.stringify(answer.values)}\n` : `${answer.text}\n`);
  return 0;
}

const MEMBER_ROLES = ['member', 'admin', 'owner'] as const;

interface Answer {
  readonly values: object;
  readonly text: string;
}

async function create(
  { config, databases, appSecret }: Tools,
  words: { email: string; name?: string; organization?: string; 'new-organization': boolean; role?: string },
): Promise<Answer> {
  const { email, name, organization, role } = words;
  if (name === undefined || name.trim() === '') throw new UsageError("--name: expected the person's name");
  if (organization === undefined) throw new UsageError('--organization: expected a name, slug or id');
  const known = MEMBER_ROLES.find((one) => one === role);
  if (role !== undefined && known === undefined) throw new UsageError('--role: expected member, admin or owner');
  const secret = toPurposeKey(appSecret, 'sign-in').toString('base64url');
  const auth = createAuth({ databases, publicUrl: config.publicUrl, secret, log: createLog('error') });
  const tools = { databases, auth, tokenKey: toPurposeKey(appSecret, 'pixel-token') };
  const input = { email, name, organization, role: known, isNewOrganization: words['new-organization'] };
  const made = await userCreate(tools, input);
  const password =
    made.password === null ? 'The account was there: its password stays.' : `Password (shown once): ${made.password}`;
  return { values: made, text: `${email} is ${made.role}. ${password}` };
}

async function makeLink({ config, databases }: Tools, email: string): Promise<Answer> {
  const link = await createResetLink({ databases, publicUrl: config.publicUrl }, email);
  if (link === null) throw new Error('there is no account with this email address');
  return { values: { link }, text: `Good once, for ${RESET_MINUTES} minutes:\n${link}` };
}
