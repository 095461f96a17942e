import { hubspotDocument } from './hubspot-document.ts';
import { type Fake, type FakeAnswer, type FakeRequest, startFake } from './start-fake.ts';

export interface HubspotNote {
  readonly id: string;
  body: string;
  timestamp: string;
  /** `deals:101` or `contacts:501`. */
  readonly on: readonly string[];
  /** How often it was patched. */
  changes: number;
}

export interface HubspotFake extends Fake {
  /** The private app's token, accepted from the start. */
  readonly token: string;
  /** Deal 101 stands there, with the contact 501, prospect@customer.example; deal 102 has none. */
  readonly notes: readonly HubspotNote[];
  /** A person deletes a note in HubSpot. */
  deleteNote(id: string): void;
  revoke(): void;
  /** Takes a scope away from the token, such as `crm.objects.deals.read`. */
  withdraw(scope: string): void;
  /** Requests in 10 s from now on; over it HubSpot's 429. */
  limit(perTenSeconds: number): void;
}

// https://developers.hubspot.com: what a note is tied to, by type id.
const ASSOCIATION_TYPES: Readonly<Record<number, string>> = { 190: 'companies', 202: 'contacts', 214: 'deals' };
const SCOPES: Readonly<Record<string, string>> = {
  createNote: 'crm.objects.contacts.write',
  updateNote: 'crm.objects.contacts.write',
  archiveNote: 'crm.objects.contacts.write',
  readNote: 'crm.objects.contacts.read',
  readNotes: 'crm.objects.contacts.read',
  readContact: 'crm.objects.contacts.read',
  readDeal: 'crm.objects.deals.read',
};
const WINDOW_MS = 10_000;

export async function startHubspot(port = 0): Promise<HubspotFake> {
  const token = 'pat-eu1-fake0000-1111-2222-3333-444455556666';
  const notes: HubspotNote[] = [];
  const contacts = new Map([['501', { email: 'prospect@customer.example', deals: ['101'] }]]);
  const deals = new Set(['101', '102']);
  const scopes = new Set(['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.deals.read']);
  const sentAt: number[] = [];
  let perWindow = 100;
  let isRevoked = false;
  const exists = (key: string) => {
    const [kind, id] = key.split(':');
    return kind === 'deals' ? deals.has(id ?? '') : kind === 'contacts' && contacts.has(id ?? '');
  };
  const drop = (id: string | undefined) => {
    const index = notes.findIndex((note) => note.id === id);
    if (index >= 0) notes.splice(index, 1);
  };
  let made = 0;
  const notesOn = (key: string) => notes.filter((note) => note.on.includes(key));

  const createNote = (request: FakeRequest): FakeAnswer => {
    const { properties, associations = [] } = request.body as NoteInput;
    const on = associations.flatMap(({ to, types }) =>
      types.map(({ associationTypeId }) => `${ASSOCIATION_TYPES[associationTypeId] ?? 'unknown'}:${to.id}`),
    );
    const missing = on.filter((key) => !exists(key));
    if (missing.length > 0)
      return hubspotError(
        400,
        'VALIDATION_ERROR',
        `Object not found.  objectId are usually numeric.: ${missing.join()}`,
      );
    const note = {
      id: String(70_000 + made++),
      body: properties.hs_note_body ?? '',
      timestamp: properties.hs_timestamp ?? '',
      on,
      changes: 0,
    };
    notes.push(note);
    return { status: 201, body: toNote(note) };
  };
  const updateNote = (request: FakeRequest): FakeAnswer => {
    const note = notes.find(({ id }) => id === request.params.noteId);
    if (!note) return notFound();
    const { properties } = request.body as NoteInput;
    note.body = properties.hs_note_body ?? note.body;
    note.timestamp = properties.hs_timestamp ?? note.timestamp;
    note.changes += 1;
    return { status: 200, body: toNote(note) };
  };
  const fake = await startFake(
    {
      name: 'HubSpot',
      document: hubspotDocument,
      routes: {
        createNote,
        updateNote,
        archiveNote: ({ params }) => {
          drop(params.noteId);
          return { status: 204, body: null };
        },
        readNote: ({ params }) => {
          const note = notes.find(({ id }) => id === params.noteId);
          return note ? { status: 200, body: toNote(note) } : notFound();
        },
        readNotes: (request) => {
          const ids = (request.body as { inputs: { id: string }[] }).inputs.map(({ id }) => id);
          return {
            status: 200,
            body: {
              status: 'COMPLETE',
              results: notes.filter(({ id }) => ids.includes(id)).map(toNote),
              startedAt: NOW,
              completedAt: NOW,
            },
          };
        },
        readContact: ({ params, query }) => {
          const found = [...contacts].find(([id, { email }]) =>
            query.get('idProperty') === 'email' ? email === params.contactId?.toLowerCase() : id === params.contactId,
          );
          if (!found) return notFound();
          return {
            status: 200,
            body: toObject(found[0], { email: found[1].email }, query, {
              deals: found[1].deals,
              notes: notesOn(`contacts:${found[0]}`).map(({ id }) => id),
            }),
          };
        },
        readDeal: ({ params, query }) => {
          const id = params.dealId ?? '';
          return deals.has(id)
            ? {
                status: 200,
                body: toObject(id, { dealname: `Deal ${id}` }, query, {
                  notes: notesOn(`deals:${id}`).map((note) => note.id),
                }),
              }
            : notFound();
        },
        readAccount: () => ({
          status: 200,
          body: { portalId: 4242, accountType: 'STANDARD', timeZone: 'Europe/Berlin', uiDomain: 'app-eu1.hubspot.com' },
        }),
      },
      guard: (request) => {
        if (isRevoked || request.headers.authorization !== `Bearer ${token}`)
          return hubspotError(
            401,
            'INVALID_AUTHENTICATION',
            'Authentication credentials not found. This API supports OAuth 2.0 authentication.',
          );
        const scope = SCOPES[request.operation];
        if (scope !== undefined && !scopes.has(scope))
          return hubspotError(
            403,
            'MISSING_SCOPES',
            "This app hasn't been granted all required scopes to make this call.",
          );
        while (sentAt[0] !== undefined && sentAt[0] <= request.at - WINDOW_MS) sentAt.shift();
        if (sentAt.length >= perWindow) return hubspotRateLimited('TEN_SECONDLY_ROLLING');
        sentAt.push(request.at);
        return null;
      },
      refuse: (_request, wrong) => hubspotError(400, 'VALIDATION_ERROR', `Invalid input JSON: ${wrong.join('; ')}`),
      unknownPath: { status: 404, body: '<html>Not found</html>' },
      headers: () => ({
        'x-hubspot-ratelimit-max': String(perWindow),
        'x-hubspot-ratelimit-remaining': String(Math.max(0, perWindow - sentAt.length)),
        'x-hubspot-ratelimit-interval-milliseconds': String(WINDOW_MS),
      }),
      state: () => ({
        revoked: isRevoked,
        scopes: [...scopes],
        notes,
        deals: [...deals],
        contacts: Object.fromEntries(contacts),
      }),
    },
    port,
  );
  return Object.assign(fake, {
    token,
    notes,
    deleteNote: drop,
    revoke: () => {
      isRevoked = true;
    },
    withdraw: (scope: string) => void scopes.delete(scope),
    limit: (perTenSeconds: number) => {
      perWindow = perTenSeconds;
    },
  });
}

const NOW = '2026-11-20T10:00:00.000Z';

interface NoteInput {
  readonly properties: { readonly hs_note_body?: string; readonly hs_timestamp?: string };
  readonly associations?: readonly { to: { id: string }; types: readonly { associationTypeId: number }[] }[];
}

export function hubspotError(status: number, category: string, message: string): FakeAnswer {
  return {
    status,
    body: { status: 'error', message, correlationId: 'c033cdaa-2c40-4a64-ae48-b4cec88dad24', category },
  };
}

/** The daily limit resets at midnight of the account; only the rolling one names a wait. */
export function hubspotRateLimited(
  policyName: 'TEN_SECONDLY_ROLLING' | 'DAILY' | 'SECONDLY',
  seconds?: number,
): FakeAnswer {
  return {
    status: 429,
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
    body: {
      status: 'error',
      message:
        policyName === 'DAILY'
          ? 'You have reached your daily limit.'
          : 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      correlationId: 'c033cdaa-2c40-4a64-ae48-b4cec88dad24',
      policyName,
    },
  };
}

function notFound(): FakeAnswer {
  return hubspotError(404, 'OBJECT_NOT_FOUND', 'resource not found');
}

function toNote({ id, body, timestamp }: HubspotNote): object {
  return {
    id,
    properties: { hs_note_body: body, hs_timestamp: timestamp, hs_object_id: id },
    createdAt: NOW,
    updatedAt: NOW,
    archived: false,
  };
}

function toObject(
  id: string,
  properties: object,
  query: URLSearchParams,
  tied: Readonly<Record<string, readonly string[]>>,
): object {
  const asked = query.getAll('associations').flatMap((one) => one.split(','));
  const associations = asked
    .filter((kind) => (tied[kind] ?? []).length > 0)
    .map((kind) => [kind, { results: (tied[kind] ?? []).map((one) => ({ id: one, type: `${kind}_to` })) }]);
  return {
    id,
    properties,
    createdAt: NOW,
    updatedAt: NOW,
    archived: false,
    associations: Object.fromEntries(associations),
  };
}
