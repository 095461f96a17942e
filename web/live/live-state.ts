import { useSyncExternalStore } from 'react';
import type { LiveState } from './live-stream.ts';

// Whether the server is heard at this moment, for whoever shows it or asks more often when it is not.

let state: LiveState = 'joining';
const watchers = new Set<() => void>();

export function setLiveState(next: LiveState): void {
  state = next;
  for (const watcher of watchers) watcher();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}
