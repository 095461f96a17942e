import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { OpenFeed } from '../../src/contract/open-feed.ts';
import type { Signal } from '../../src/contract/signal.ts';
import { useNow } from '../ui/use-now.ts';
import { raiseAlert } from './alerts.ts';
import { noteRecent } from './live-recent.ts';
import { setLiveState } from './live-state.ts';
import { type LiveMessage, openLiveStream } from './live-stream.ts';
import { mergeOpens, mergeSignals, type SignalList } from './merge-live.ts';
import { keepTitleCount } from './title-count.ts';
import { toCallNow } from './to-heat.ts';
import { useSignals } from './use-signals.ts';

const LOOK_MS = 5_000;

/** Listens for as long as somebody is signed in, whatever page is shown. Draws nothing. */
export function LiveWatch({ userId }: { readonly userId: string }) {
  const client = useQueryClient();
  const count = useCallNowCount(userId);
  useEffect(() => {
    const stream = openLiveStream(userId, {
      onState: setLiveState,
      onMessage: (message, isLeading) => {
        const isNews = isNewSignal(client, message, userId);
        apply(client, message);
        if (isLeading && isNews) raiseAlert(message.data as Signal);
      },
    });
    return () => {
      stream.close();
      setLiveState('joining');
    };
  }, [client, userId]);
  useEffect(() => keepTitleCount(count), [count]);
  return null;
}

/** Those that one has to call oneself: colleagues' are on the Live page. */
export function useCallNowCount(userId: string | null): number {
  const signals = useSignals(userId !== null);
  const now = useNow(LOOK_MS);
  return toCallNow(signals.data?.data ?? [], now).filter(({ signal }) => signal.userId === userId).length;
}

function apply(client: QueryClient, message: LiveMessage): void {
  if (message.event === 'hello' || message.event === 'reset') {
    void client.invalidateQueries({ queryKey: ['opens'] });
    void client.invalidateQueries({ queryKey: ['signals'] });
    return;
  }
  noteRecent(message);
  client.setQueryData<OpenFeed>(['opens'], (feed) => feed && mergeOpens(feed, message));
  client.setQueryData<SignalList>(['signals'], (list) => list && mergeSignals(list, message));
}

/** One's own, not seen before, and none that was dealt with elsewhere. */
function isNewSignal(client: QueryClient, { event, data }: LiveMessage, userId: string): boolean {
  if (event !== 'signal') return false;
  const signal = data as Signal;
  const known = client.getQueryData<SignalList>(['signals'])?.data.some(({ id }) => id === signal.id) ?? false;
  return !known && signal.userId === userId && signal.outcome === null && Date.parse(signal.fadesAt) > Date.now();
}
