import type { Databases } from '../db/open-databases.ts';
import type { DisableReason } from '../domain/destination.ts';
import type { Disabled } from './disable-destination.ts';

/** Sends one letter; null where no mail server is set. */
export type SendLetter = (letter: {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}) => Promise<void>;

const OWNERS_MAX = 10;

/** A letter to each owner that a destination was disabled, why, and what to do. Throws what sending throws. */
export async function tellOwners(
  { system }: Pick<Databases, 'system'>,
  { organizationId, name, reason }: Disabled,
  { sendLetter, publicUrl }: { readonly sendLetter: SendLetter; readonly publicUrl: string },
): Promise<void> {
  const owners = await system
    .selectFrom('organization_users as member')
    .innerJoin('users as person', 'person.id', 'member.user_id')
    .where('member.organization_id', '=', organizationId)
    .where('member.role', '=', 'owner')
    .where('member.deactivated_at', 'is', null)
    .select('person.email')
    .limit(OWNERS_MAX)
    .execute();
  const text = `MailTracker no longer sends to "${name}": ${SENTENCES[reason]}\n\nPut it right and resume it, then send again what it missed: ${publicUrl}/settings/destinations\n`;
  for (const { email } of owners)
    await sendLetter({ to: email, subject: `MailTracker stopped sending to "${name.replace(/[\r\n]/g, ' ')}"`, text });
}

const SENTENCES: Readonly<Record<DisableReason, string>> = {
  gone: 'it answered that it is gone for good.',
  revoked: 'it no longer accepts our credentials.',
  misconfigured: 'it refuses what it is sent, so its settings must be wrong.',
  failing: 'every try of the last five days has failed.',
};
