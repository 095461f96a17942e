import type { JsonObject, Message, SendResult } from '../../destination-kind.ts';
import { type CrmExchange, EndOfTry, toUnexpected } from '../crm-exchange.ts';
import { addToNote, type CrmNote, toMemory, toNoteHtml, toNoteMark, toNoteTime } from '../crm-note.ts';
import type { Hubspot } from './open-hubspot.ts';

/** A note is tied by type id: contact 202, deal 214. */
const ASSOCIATION_TYPES = { contacts: 202, deals: 214 } as const;
/** The newest of a deal's notes in which ours is looked for; one batch of HubSpot's. */
const NOTES_READ_MAX = 100;

export interface HubspotWriting {
  readonly api: Hubspot;
  readonly exchange: CrmExchange;
  readonly memory: JsonObject;
}

type Place = { readonly kind: keyof typeof ASSOCIATION_TYPES; readonly id: string };

/**
 * Patches the note that memory knows. Without one it looks for a note with the campaign's mark before it makes one:
 * HubSpot has no idempotency key, so an earlier try may have made it although its answer never came.
 */
export async function writeHubspotNote(writing: HubspotWriting, message: Message): Promise<SendResult> {
  const place = await findPlace(writing, message);
  const note = addToNote(writing.memory, `${place.kind}:${place.id}`, message);
  const properties = { hs_note_body: toNoteHtml(note, message), hs_timestamp: toNoteTime(note) };
  const known = note.noteId ?? (await findNote(writing, place, toNoteMark(message)));
  const patched = known !== null && (await patch(writing, known, properties));
  const noteId = patched ? known : await create(writing, place, properties);
  return toDelivered(writing.exchange, { ...note, noteId });
}

/** Makes a note that hangs on nothing and takes it away again: the token may write, and nobody's timeline changes. */
export async function tellTest({ api, exchange }: HubspotWriting, { at }: Message): Promise<SendResult> {
  const properties = { hs_note_body: 'MailTracker tests this connection.', hs_timestamp: at.toISOString() };
  const { id } = await api.notes.create({ properties });
  if (typeof id !== 'string') throw new EndOfTry(toUnexpected(exchange.last() ?? NOTHING));
  await api.notes.archive(id);
  return { outcome: 'delivered', status: 201, answer: 'HubSpot took a test note, and it was removed again.' };
}

async function findPlace({ api, exchange }: HubspotWriting, { deal }: Message): Promise<Place> {
  if (deal?.hubspotDealId) return { kind: 'deals', id: deal.hubspotDealId };
  const contact = deal?.hubspotContactId ?? deal?.contactEmail ?? '';
  if (!contact.includes('@')) return { kind: 'contacts', id: contact };
  const { id } = await orEnd(exchange, 'contact_not_found', () =>
    api.contacts.getById(contact, ['email'], undefined, undefined, false, 'email'),
  );
  return { kind: 'contacts', id };
}

async function findNote({ api, exchange }: HubspotWriting, { kind, id }: Place, mark: string): Promise<string | null> {
  const reason = kind === 'deals' ? 'deal_not_found' : 'contact_not_found';
  const { associations } = await orEnd(exchange, reason, () => api[kind].getById(id, undefined, undefined, ['notes']));
  const ids = (associations?.notes?.results ?? []).map((one) => one.id);
  const newest = [...new Set(ids)].sort((one, other) => Number(other) - Number(one)).slice(0, NOTES_READ_MAX);
  if (newest.length === 0) return null;
  const inputs = newest.map((noteId) => ({ id: noteId }));
  const { results } = await api.noteBatches.read({ inputs, properties: ['hs_note_body'], propertiesWithHistory: [] });
  return results.find(({ properties }) => properties.hs_note_body?.includes(mark))?.id ?? null;
}

type NoteProperties = { hs_note_body: string; hs_timestamp: string };

/** False: somebody deleted it in HubSpot. */
async function patch({ api, exchange }: HubspotWriting, id: string, properties: NoteProperties): Promise<boolean> {
  try {
    await api.notes.update(id, { properties });
    return true;
  } catch (error) {
    if (exchange.last()?.status === 404) return false;
    throw error;
  }
}

async function create({ api, exchange }: HubspotWriting, place: Place, properties: NoteProperties): Promise<string> {
  const types = [{ associationCategory: api.hubspotDefined, associationTypeId: ASSOCIATION_TYPES[place.kind] }];
  const { id } = await api.notes.create({ properties, associations: [{ to: { id: place.id }, types }] });
  if (typeof id !== 'string') throw new EndOfTry(toUnexpected(exchange.last() ?? NOTHING));
  return id;
}

const NOTHING = { status: 200, headers: new Headers(), text: '' };

async function orEnd<T>(exchange: CrmExchange, reason: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const answer = exchange.last();
    if (answer?.status !== 404) throw error;
    throw new EndOfTry({ outcome: 'give_up', status: 404, answer: answer.text, reason, disable: null });
  }
}

function toDelivered(exchange: CrmExchange, note: CrmNote): SendResult {
  const answer = exchange.last();
  return { outcome: 'delivered', status: answer?.status ?? 200, answer: answer?.text ?? '', memory: toMemory(note) };
}
