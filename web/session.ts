import { onlineManager, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { SessionResponse } from '../src/contract/session.ts';
import { api } from './api.ts';

// Who is signed in. The server decides; this keeps its last answer, and drops every figure when the person changes.

export interface Session {
  readonly person: SessionResponse | null;
  /**
   * The session ended without the person asking for it. Where a page was open, `person` is who they were: the page stays
   * as it is, with what was typed, until they have signed in again.
   */
  readonly hasEnded: boolean;
}

const SESSION_KEY = ['session'];
const HINT = 'mailtracker-signed-in';

export function useSession() {
  const client = useQueryClient();
  return useQuery({ queryKey: SESSION_KEY, queryFn: () => readSession(client), staleTime: 60_000 });
}

async function readSession(client: QueryClient): Promise<Session> {
  // Read before asking: a refused question about figures may come back first and clear it.
  const hint = readHint();
  const person = await api.session();
  if (person !== null) {
    storeHint('yes');
    onlineManager.setOnline(true);
    return { person, hasEnded: false };
  }
  // Without the hint they signed out, here or in another tab.
  if (hint === null) return { person: null, hasEnded: false };
  storeHint('ended');
  const before = client.getQueryData<Session>(SESSION_KEY)?.person ?? null;
  // Figures would be refused again and again; they wait until somebody is signed in.
  if (before !== null) onlineManager.setOnline(false);
  return { person: before, hasEnded: true };
}

/** After a sign-in or sign-up: forgets what an earlier person saw and asks who this is. */
export function useStartSession(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    const before = client.getQueryData<Session>(SESSION_KEY)?.person;
    const person = await api.session();
    storeHint(person === null ? null : 'yes');
    onlineManager.setOnline(true);
    if (before?.userId === person?.userId) void client.invalidateQueries({ predicate: isFigure });
    else client.removeQueries({ predicate: isFigure });
    client.setQueryData<Session>(SESSION_KEY, { person, hasEnded: false });
  }, [client]);
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    await api.signOut();
    forgetPerson(client);
  }, [client]);
}

/** Somebody else wants to sign in where a session ended: what the page held is given up. */
export function useForgetPerson(): () => void {
  const client = useQueryClient();
  return useCallback(() => forgetPerson(client), [client]);
}

function forgetPerson(client: QueryClient): void {
  storeHint(null);
  onlineManager.setOnline(true);
  client.setQueryData<Session>(SESSION_KEY, { person: null, hasEnded: false });
  client.removeQueries({ predicate: isFigure });
}

/** All but the session itself: removing that would cut off the parts of the screen that watch it. */
function isFigure({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return queryKey[0] !== SESSION_KEY[0];
}

/**
 * An answer was refused. Whether the session is over only the server knows: a wrong code is refused too. When it is, a
 * page that is open stays, and asks to sign in again.
 */
export function doubtSession(client: QueryClient): void {
  const session = client.getQueryData<Session>(SESSION_KEY);
  if (!session || session.person === null || session.hasEnded) return;
  void client.refetchQueries({ queryKey: SESSION_KEY });
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
