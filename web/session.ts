import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { SessionResponse } from '../src/contract/session.ts';
import { ApiProblem, api } from './api.ts';

// Who is signed in. The server decides; this keeps its last answer, and drops every figure when the person changes.

export interface Session {
  readonly person: SessionResponse | null;
  /** The session ended without the person asking for it. */
  readonly hasEnded: boolean;
}

const SESSION_KEY = ['session'];
const HINT = 'mailtracker-signed-in';

export function useSession() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 });
}

async function readSession(): Promise<Session> {
  // Read before asking: a refused question about figures may come back first and clear it.
  const hasEnded = readHint() !== null;
  try {
    const person = await api.session();
    storeHint('yes');
    return { person, hasEnded: false };
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
    storeHint(hasEnded ? 'ended' : null);
    return { person: null, hasEnded };
  }
}

/** After a sign-in or sign-up: forgets what an earlier person saw and asks who this is. */
export function useStartSession(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    const person = await api.session();
    storeHint('yes');
    forgetFigures(client);
    client.setQueryData<Session>(SESSION_KEY, { person, hasEnded: false });
  }, [client]);
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    await api.signOut();
    storeHint(null);
    client.setQueryData<Session>(SESSION_KEY, { person: null, hasEnded: false });
    forgetFigures(client);
  }, [client]);
}

/** All but the session itself: removing that would cut off the parts of the screen that watch it. */
function forgetFigures(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
}

/** An answer said that nobody is signed in: the frame goes to the sign-in page and says why. */
export function endSession(client: QueryClient): void {
  const session = client.getQueryData<Session>(SESSION_KEY);
  if (session && session.person === null) return;
  storeHint('ended');
  client.setQueryData<Session>(SESSION_KEY, { person: null, hasEnded: true });
}

/** Whether somebody was signed in here last time: then the frame is shown before the server has answered. */
export function wasSignedIn(): boolean {
  return readHint() === 'yes';
}

/** `ended`: somebody was, and did not sign out; the word about it survives a reload. Null: nobody was. */
type Hint = 'yes' | 'ended' | null;

function readHint(): Hint {
  try {
    const hint = localStorage.getItem(HINT);
    return hint === 'yes' || hint === 'ended' ? hint : null;
  } catch {
    return null;
  }
}

function storeHint(hint: Hint): void {
  try {
    if (hint === null) localStorage.removeItem(HINT);
    else localStorage.setItem(HINT, hint);
  } catch {
    // Storage may be switched off; the frame then waits for the server.
  }
}
