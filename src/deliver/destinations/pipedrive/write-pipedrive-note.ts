import type { JsonObject, Message, SendResult } from '../../destination-kind.ts';
import { type CrmExchange, EndOfTry, toUnexpected } from '../crm-exchange.ts';
import { addToNote, type CrmNote, toMemory, toNoteHtml, toNoteMark } from '../crm-note.ts';
import type { Pipedrive } from './open-pipedrive.ts';

/** The newest of a deal's notes in which ours is looked for. */
const NOTES_READ_MAX = 100;
/** What answers where the notes of version 1 are gone. */
const RETIRED: readonly number[] = [405, 410, 501];

export interface PipedriveWriting {
  readonly api: Pipedrive;
  readonly exchange: CrmExchange;
  readonly memory: JsonObject;
}

type Place = { readonly deal_id: number } | { readonly person_id: number };

/** Where the text stands: a note, or the note of a finished activity. */
interface Pad {
  readonly via: 'note' | 'activity';
  find(place: Place, mark: string): Promise<number | undefined>;
  add(place: Place, html: string, subject: string): Promise<number | undefined>;
  update(id: number, html: string): Promise<unknown>;
}

/**
 * Writes to the note that memory knows, or to one that bears the campaign's mark, before it makes one: Pipedrive has no
 * idempotency key, so an earlier try may have made it although its answer never came.
 */
export async function writePipedriveNote(writing: PipedriveWriting, message: Message): Promise<SendResult> {
  const place = await findPlace(writing, message);
  const isActivity = writing.memory.via === 'activity';
  if (isActivity) return writeOn(toActivityPad(writing.api), { writing, place, message });
  try {
    return await writeOn(toNotePad(writing.api), { writing, place, message });
  } catch (error) {
    if (!RETIRED.includes(writing.exchange.last()?.status ?? 0)) throw error;
    const fresh = { ...writing, memory: { ...writing.memory, noteId: null } };
    return writeOn(toActivityPad(writing.api), { writing: fresh, place, message });
  }
}

/** Reads who the token belongs to: nothing is written where no deal is named. */
export async function tellTest({ api, exchange }: PipedriveWriting): Promise<SendResult> {
  const { data } = await api.users.getCurrentUser();
  if (typeof data?.id !== 'number') throw new EndOfTry(toUnexpected(exchange.last() ?? NOTHING));
  const company = typeof data.company_name === 'string' ? data.company_name : 'an account without a name';
  return { outcome: 'delivered', status: 200, answer: `Pipedrive knows the token: ${company}.` };
}

interface Task {
  readonly writing: PipedriveWriting;
  readonly place: Place;
  readonly message: Message;
}

async function writeOn(pad: Pad, { writing, place, message }: Task): Promise<SendResult> {
  const [on] = Object.entries(place).map(([kind, id]) => `${kind}:${id}`);
  const note = addToNote(writing.memory, on ?? '', message);
  const html = toNoteHtml(note, message);
  const known = note.noteId === null ? await pad.find(place, toNoteMark(message)) : Number(note.noteId);
  const updated = known !== undefined && (await update(pad, { id: known, html, exchange: writing.exchange }));
  const id = updated ? known : await add(pad, { writing, place, message }, html);
  return toDelivered(writing.exchange, { ...note, noteId: String(id) }, pad.via);
}

/** False: somebody deleted it in Pipedrive. */
async function update(
  pad: Pad,
  { id, html, exchange }: { id: number; html: string; exchange: CrmExchange },
): Promise<boolean> {
  try {
    await pad.update(id, html);
    return true;
  } catch (error) {
    if (exchange.last()?.status === 404) return false;
    throw error;
  }
}

async function add(pad: Pad, { writing: { exchange }, place, message }: Task, html: string): Promise<number> {
  const reason = 'deal_id' in place ? 'deal_not_found' : 'person_not_found';
  const id = await orEnd(exchange, reason, () => pad.add(place, html, message.title.slice(0, 200)));
  if (typeof id !== 'number') throw new EndOfTry(toUnexpected(exchange.last() ?? NOTHING));
  return id;
}

const NOTHING = { status: 200, headers: new Headers(), text: '' };

async function findPlace({ api, exchange }: PipedriveWriting, { deal }: Message): Promise<Place> {
  if (deal?.pipedriveDealId) return { deal_id: toId(deal.pipedriveDealId, 'deal_not_found') };
  const person = deal?.pipedrivePersonId ?? deal?.contactEmail ?? '';
  if (!person.includes('@')) return { person_id: toId(person, 'person_not_found') };
  const { data } = await api.persons.searchPersons({ term: person, fields: 'email', exact_match: true, limit: 2 });
  const id = data?.items?.[0]?.item?.id;
  if (typeof id === 'number') return { person_id: id };
  throw new EndOfTry(notFound('person_not_found', exchange.last()?.text ?? ''));
}

function toId(typed: string, reason: string): number {
  const id = Number(typed);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new EndOfTry(notFound(reason, 'The campaign names it by something that is no number.'));
}

async function orEnd<T>(exchange: CrmExchange, reason: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const answer = exchange.last();
    if (answer?.status !== 404) throw error;
    throw new EndOfTry(notFound(reason, answer.text));
  }
}

function notFound(reason: string, answer: string): SendResult {
  return { outcome: 'give_up', status: 404, answer, reason, disable: null };
}

function toNotePad({ notes }: Pipedrive): Pad {
  return {
    via: 'note',
    find: async (place, mark) => {
      const { data } = await notes.getNotes({ ...place, limit: NOTES_READ_MAX, sort: 'add_time DESC' });
      return data?.find(({ content }) => content?.includes(mark))?.id;
    },
    add: async (place, html) => (await notes.addNote({ AddNoteRequest: { content: html, ...place } })).data?.id,
    update: (id, html) => notes.updateNote({ id, NoteRequest: { content: html } }),
  };
}

function toActivityPad({ activities }: Pipedrive): Pad {
  return {
    via: 'activity',
    find: async (place, mark) => {
      const { data } = await activities.getActivities({ ...place, limit: NOTES_READ_MAX });
      return data?.find(({ note }) => note?.includes(mark))?.id;
    },
    add: async (place, html, subject) => {
      // A person is tied to an activity as its participant: `person_id` can only be read.
      const tied = 'deal_id' in place ? place : { participants: [{ person_id: place.person_id, primary: true }] };
      const asked = { subject, type: 'task', done: true, note: html, ...tied };
      return (await activities.addActivity({ AddActivityRequest: asked })).data?.id;
    },
    update: (id, html) => activities.updateActivity({ id, AddActivityRequest: { note: html } }),
  };
}

function toDelivered(exchange: CrmExchange, note: CrmNote, via: Pad['via']): SendResult {
  const answer = exchange.last();
  const memory = { ...toMemory(note), via };
  return { outcome: 'delivered', status: answer?.status ?? 200, answer: answer?.text ?? '', memory };
}
