import { UsageError } from './command.ts';

/** What a process does. `collect`: pixels to the spool. `process`: the spool to the database, and the jobs. */
export type Role = (typeof ROLES)[number];

export const ROLES = ['collect', 'process', 'deliver', 'web'] as const;

/** The words behind --role; all roles when there are none. Throws UsageError. */
export function parseRoles(words: readonly string[]): ReadonlySet<Role> {
  const wrong = words.find((word) => !ROLES.some((role) => role === word));
  if (wrong !== undefined) throw new UsageError(`--role: expected ${ROLES.join(', ')}, got "${wrong}"`);
  return new Set(words.length === 0 ? ROLES : (words as readonly Role[]));
}
