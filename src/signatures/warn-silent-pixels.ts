import type { Databases } from '../db/open-databases.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { MemberId, OrganizationId } from '../domain/ids.ts';
import type { Log } from '../kit/log.ts';
import { readSilentPixels } from './read-silent-pixels.ts';

// In: the time. Out: every member whose pixel has been silent for three working days is warned, once a silence: on
// screen by readSilentPixels, and by letter where mail is set up; their admins get one letter with the names. What must
// never happen: a letter twice, or a letter that could not be sent holding up the others.

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface SilenceWatch {
  readonly databases: Databases;
  readonly log: Log;
  readonly now: number;
  readonly publicUrl: string;
  /** Null: warnings are on screen only. */
  readonly send: ((letter: Letter) => Promise<void>) | null;
}

/** Named in an admin's letter; the screen names all of them. */
const NAMES_MAX = 20;

/** Answers how many members were warned. */
export async function warnSilentPixels(watch: SilenceWatch): Promise<number> {
  const { databases, log } = watch;
  const organizations = await databases.system.selectFrom('organizations').select('id').orderBy('id').execute();
  let warned = 0;
  for (const { id } of organizations) {
    try {
      warned += await warnOrganization(watch, id);
    } catch (error) {
      log.error({ organizationId: id, error: toText(error) }, 'signatures.warning_failed');
    }
  }
  return warned;
}

interface Person {
  readonly id: MemberId;
  readonly name: string;
  readonly email: string;
}

async function warnOrganization(watch: SilenceWatch, organizationId: OrganizationId): Promise<number> {
  const { silent, admins } = await withTenant(watch.databases, organizationId, async (trx) => {
    const pixels = await readSilentPixels(trx, { organizationId, ofMember: null, now: watch.now });
    const ids = pixels.map(({ userId }) => userId);
    let heard = trx.deleteFrom('signature_silent_warnings').where('organization_id', '=', organizationId);
    if (ids.length > 0) heard = heard.where('user_id', 'not in', ids);
    await heard.execute();
    if (ids.length === 0) return { silent: [], admins: [] };
    const fresh = await trx
      .insertInto('signature_silent_warnings')
      .values(
        ids.map((userId) => ({ organization_id: organizationId, user_id: userId, warned_at: new Date(watch.now) })),
      )
      .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doNothing())
      .returning('user_id')
      .execute();
    if (fresh.length === 0) return { silent: [], admins: [] };
    const people = await trx
      .selectFrom('organization_users as member')
      .innerJoin('users as person', 'person.id', 'member.user_id')
      .where('member.organization_id', '=', organizationId)
      .where('member.deactivated_at', 'is', null)
      .select(['member.id', 'member.role', 'person.email'])
      .select(({ fn }) => fn.coalesce('member.name', 'person.name').as('name'))
      .orderBy('member.created_at')
      .execute();
    const isFresh = new Set(fresh.map((row) => row.user_id));
    return {
      silent: people.filter(({ id }) => isFresh.has(id)),
      admins: people.filter(({ role }) => role !== 'member'),
    };
  });
  await sendAll(watch, organizationId, [
    ...silent.map((person) => toMemberLetter(person, watch.publicUrl)),
    ...admins.flatMap((admin) => {
      const others = silent.filter(({ id }) => id !== admin.id);
      return others.length === 0 ? [] : [toAdminLetter(admin, others, watch.publicUrl)];
    }),
  ]);
  return silent.length;
}

async function sendAll(watch: SilenceWatch, organizationId: OrganizationId, letters: readonly Letter[]): Promise<void> {
  for (const letter of watch.send === null ? [] : letters) {
    try {
      await watch.send?.(letter);
    } catch (error) {
      watch.log.warn({ organizationId, error: toText(error) }, 'signatures.letter_failed');
    }
  }
}

function toMemberLetter({ name, email }: Person, publicUrl: string): Letter {
  return {
    to: email,
    subject: 'Nothing has loaded your signature for three working days',
    text: `Hello ${name},

nobody's mail program has loaded the pixel of your signature for three working days. Most likely the signature is not in
your mail program, or the program has copied its image.

Copy it again and test it: ${publicUrl}/signature
`,
  };
}

function toAdminLetter({ name, email }: Person, silent: readonly Person[], publicUrl: string): Letter {
  const named = silent.slice(0, NAMES_MAX).map((person) => `- ${person.name}`);
  const more = silent.length - named.length;
  return {
    to: email,
    subject: `${silent.length === 1 ? 'A signature' : `${silent.length} signatures`} in your team went silent`,
    text: `Hello ${name},

the pixels of these people have not been loaded for three working days. Their signature is most likely not installed:

${named.join('\n')}${more > 0 ? `\n- and ${more} more` : ''}

They were told by mail. Who is silent now: ${publicUrl}/signature
`,
  };
}

function toText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
