import { useQuery } from '@tanstack/react-query';
import type { OpenFeed } from '../../src/contract/open-feed.ts';
import { request } from '../api.ts';
import { withRecent } from './live-recent.ts';
import { useLiveState } from './live-state.ts';
import { mergeOpens, mergeSignals, type SignalList } from './merge-live.ts';

/** While the stream is heard the lists change by it; while it is not, they are asked for again and again. */
const ASK_AWAY_MS = 4_000;

/** The latest judged opens, newest first, those that do not count included. */
export function useOpens() {
  const isAway = useLiveState() === 'away';
  return useQuery({
    queryKey: ['opens'],
    queryFn: () => withRecent(() => request<OpenFeed>('GET', '/api/tracking/opens?limit=50'), mergeOpens),
    refetchInterval: isAway ? ASK_AWAY_MS : false,
  });
}

/** The latest signals, newest first: one's own, for admins everybody's. */
export function useSignals(isWanted = true) {
  const isAway = useLiveState() === 'away';
  return useQuery({
    queryKey: ['signals'],
    queryFn: () => withRecent(() => request<SignalList>('GET', '/api/signals?limit=50'), mergeSignals),
    refetchInterval: isAway ? ASK_AWAY_MS : false,
    enabled: isWanted,
  });
}
