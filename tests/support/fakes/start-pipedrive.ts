import { pipedriveDocument } from './pipedrive-document.ts';
import { type Fake, type FakeAnswer, type FakeRequest, startFake } from './start-fake.ts';

export interface PipedriveNote {
  readonly id: number;
  content: string;
  readonly dealId: number | null;
  readonly personId: number | null;
  changes: number;
}

export interface PipedriveActivity {
  readonly id: number;
  readonly subject: string;
  note: string;
  readonly done: boolean;
  readonly dealId: number | null;
  readonly personId: number | null;
  changes: number;
}

export interface PipedriveFake extends Fake {
  /** The API token, accepted from the start. */
  readonly token: string;
  /** Deal 11 (open, of person 21, buyer@customer.example) and person 22 without a deal stand there. */
  readonly notes: readonly PipedriveNote[];
  readonly activities: readonly PipedriveActivity[];
  /** Tokens of the day that were spent. */
  spent(): number;
  revoke(): void;
  /** The notes of version 1 are gone: 410. */
  retireNotes(): void;
  /** Requests in 2 s, and tokens of a day, from now on. */
  limit(limits: { perTwoSeconds?: number; dailyTokens?: number }): void;
}

// https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting: what an operation takes from the day's tokens.
const COSTS: Readonly<Record<string, number>> = {
  addNote: 10,
  updateNote: 10,
  getNotes: 20,
  addActivity: 5,
  updateActivity: 5,
  getActivities: 10,
  searchPersons: 20,
  getDeals: 10,
  getCurrentUser: 2,
};
const WINDOW_MS = 2_000;
const DEALS: readonly number[] = [11];
const PERSONS = [
  { id: 21, name: 'A Buyer', email: 'buyer@customer.example', deals: [11] },
  { id: 22, name: 'No Deal', email: 'nodeal@customer.example', deals: [] as number[] },
];

interface Books {
  readonly notes: PipedriveNote[];
  readonly activities: PipedriveActivity[];
  areNotesRetired: boolean;
  isRevoked: boolean;
  perWindow: number;
  dailyTokens: number;
  spent: number;
  readonly sentAt: number[];
}

const TOKEN = 'fake0123456789abcdef0123456789abcdef0123';

export async function startPipedrive(port = 0): Promise<PipedriveFake> {
  const books: Books = {
    notes: [],
    activities: [],
    areNotesRetired: false,
    isRevoked: false,
    perWindow: 20,
    dailyTokens: 30_000,
    spent: 0,
    sentAt: [],
  };
  const fake = await startFake(
    {
      name: 'Pipedrive',
      document: pipedriveDocument,
      routes: { ...toNoteRoutes(books), ...toActivityRoutes(books), ...READ_ROUTES },
      guard: (request) => guard(books, request),
      refuse: (_request, wrong) => pipedriveError(400, `Bad request: ${wrong.join('; ')}`),
      unknownPath: pipedriveError(404, 'Unknown method .'),
      headers: () => ({
        'x-ratelimit-limit': String(books.perWindow),
        'x-ratelimit-remaining': String(Math.max(0, books.perWindow - books.sentAt.length)),
        'x-ratelimit-reset': '2',
        'x-daily-ratelimit-token-limit': String(books.dailyTokens),
        'x-daily-ratelimit-token-remaining': String(Math.max(0, books.dailyTokens - books.spent)),
      }),
      state: () => ({ revoked: books.isRevoked, spent: books.spent, notes: books.notes, activities: books.activities }),
    },
    port,
  );
  return Object.assign(fake, {
    token: TOKEN,
    notes: books.notes,
    activities: books.activities,
    spent: () => books.spent,
    revoke: () => {
      books.isRevoked = true;
    },
    retireNotes: () => {
      books.areNotesRetired = true;
    },
    limit: ({ perTwoSeconds, dailyTokens }: { perTwoSeconds?: number; dailyTokens?: number }) => {
      books.perWindow = perTwoSeconds ?? books.perWindow;
      books.dailyTokens = dailyTokens ?? books.dailyTokens;
    },
  });
}

export function pipedriveError(status: number, error: string, code?: string): FakeAnswer {
  return {
    status,
    body: {
      success: false,
      error,
      error_info: 'Please check developers.pipedrive.com',
      data: null,
      additional_data: null,
      ...(code ? { code } : {}),
    },
  };
}

/** No Retry-After: only x-ratelimit-reset, in seconds, and for the day nothing at all. */
export function pipedriveRateLimited(isDaily = false): FakeAnswer {
  const error = pipedriveError(429, isDaily ? 'Daily API token budget exceeded' : 'Rate limit exceeded');
  return isDaily ? { ...error, headers: { 'x-daily-ratelimit-token-remaining': '0' } } : error;
}

/** What somebody gets who goes on and on over the limit: not JSON. */
export function pipedriveAbuse(): FakeAnswer {
  return { status: 403, body: '<html><title>Access denied | Cloudflare</title></html>' };
}

function guard(books: Books, request: FakeRequest): FakeAnswer | null {
  if (books.isRevoked || request.headers['x-api-token'] !== TOKEN) return pipedriveError(401, 'unauthorized access');
  while (books.sentAt[0] !== undefined && books.sentAt[0] <= request.at - WINDOW_MS) books.sentAt.shift();
  if (books.sentAt.length >= books.perWindow) return pipedriveRateLimited();
  const cost = COSTS[request.operation] ?? 0;
  if (books.spent + cost > books.dailyTokens) return pipedriveRateLimited(true);
  books.sentAt.push(request.at);
  books.spent += cost;
  return null;
}

type Routes = Readonly<Record<string, (request: FakeRequest) => FakeAnswer>>;

function toNoteRoutes(books: Books): Routes {
  const gone = () => (books.areNotesRetired ? pipedriveError(410, 'This endpoint has been removed') : null);
  return {
    addNote: ({ body }) => {
      const {
        content,
        deal_id = null,
        person_id = null,
      } = body as { content: string; deal_id?: number; person_id?: number };
      const refused = gone() ?? refuseSubject(deal_id, person_id);
      if (refused) return refused;
      const note = { id: 900 + books.notes.length, content, dealId: deal_id, personId: person_id, changes: 0 };
      books.notes.push(note);
      return { status: 201, body: { success: true, data: toNote(note) } };
    },
    updateNote: ({ params, body }) => {
      const note = books.notes.find(({ id }) => String(id) === params.id);
      const refused = gone();
      if (refused) return refused;
      if (!note) return pipedriveError(404, 'Note not found');
      note.content = (body as { content?: string }).content ?? note.content;
      note.changes += 1;
      return { status: 200, body: { success: true, data: toNote(note) } };
    },
    getNotes: ({ query }) => {
      const refused = gone();
      if (refused) return refused;
      const found = books.notes.filter(({ dealId, personId }) => isAsked(query, dealId, personId));
      return {
        status: 200,
        body: {
          success: true,
          data: found.length === 0 ? null : found.map(toNote),
          additional_data: { pagination: { start: 0, limit: 100, more_items_in_collection: false } },
        },
      };
    },
  };
}

function toActivityRoutes(books: Books): Routes {
  return {
    addActivity: ({ body }) => {
      const asked = body as {
        subject: string;
        note?: string;
        done?: boolean;
        deal_id?: number;
        participants?: { person_id: number }[];
      };
      const dealId = asked.deal_id ?? null;
      const personId = asked.participants?.[0]?.person_id ?? null;
      const refused = refuseSubject(dealId, personId);
      if (refused) return refused;
      const activity = {
        id: 400 + books.activities.length,
        subject: asked.subject,
        note: asked.note ?? '',
        done: asked.done ?? false,
        dealId,
        personId,
        changes: 0,
      };
      books.activities.push(activity);
      return { status: 201, body: { success: true, data: toActivity(activity) } };
    },
    updateActivity: ({ params, body }) => {
      const activity = books.activities.find(({ id }) => String(id) === params.id);
      if (!activity) return pipedriveError(404, 'Activity not found', 'ERR_NOT_FOUND');
      activity.note = (body as { note?: string }).note ?? activity.note;
      activity.changes += 1;
      return { status: 200, body: { success: true, data: toActivity(activity) } };
    },
    getActivities: ({ query }) => {
      const found = books.activities.filter(({ dealId, personId }) => isAsked(query, dealId, personId));
      return {
        status: 200,
        body: { success: true, data: found.map(toActivity), additional_data: { next_cursor: null } },
      };
    },
  };
}

const READ_ROUTES: Routes = {
  searchPersons: ({ query }) => {
    const term = query.get('term')?.toLowerCase();
    const items = PERSONS.filter(({ email }) => email === term).map(({ id, name, email }) => ({
      result_score: 1,
      item: { id, type: 'person', name, emails: [email] },
    }));
    return { status: 200, body: { success: true, data: { items }, additional_data: { next_cursor: null } } };
  },
  getDeals: ({ query }) => {
    const person = PERSONS.find(({ id }) => String(id) === query.get('person_id'));
    return {
      status: 200,
      body: {
        success: true,
        data: (person?.deals ?? []).map((id) => ({ id, title: `Deal ${id}`, status: 'open' })),
        additional_data: { next_cursor: null },
      },
    };
  },
  getCurrentUser: () => ({
    status: 200,
    body: { success: true, data: { id: 1, name: 'Fake User', company_name: 'Fake Company' } },
  }),
};

function isAsked(query: URLSearchParams, dealId: number | null, personId: number | null): boolean {
  const isSame = (name: string, id: number | null) => query.get(name) === null || query.get(name) === String(id);
  return isSame('deal_id', dealId) && isSame('person_id', personId);
}

function refuseSubject(dealId: number | null, personId: number | null): FakeAnswer | null {
  if (dealId !== null && !DEALS.includes(dealId)) return pipedriveError(404, 'Deal not found');
  if (personId !== null && !PERSONS.some(({ id }) => id === personId)) return pipedriveError(404, 'Person not found');
  return null;
}

function toNote({ id, content, dealId, personId }: PipedriveNote): object {
  return { id, content, deal_id: dealId, person_id: personId, active_flag: true, add_time: '2026-11-20 10:00:00' };
}

function toActivity({ id, subject, note, done, dealId, personId }: PipedriveActivity): object {
  return { id, subject, note, done, type: 'task', deal_id: dealId, person_id: personId };
}
