import type { Role } from '../../../src/contract/session.ts';
import type { Words } from '../../messages/use-words.ts';

/** "Admin". */
export function toRoleWords(words: Words<'settings'>, role: Role): string {
  return words(({ owner: 'roleOwner', admin: 'roleAdmin', member: 'roleMember' } as const)[role]);
}
