import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiProblem } from '../api.ts';

/** How often a server that does not answer is asked whether it is back. */
const ASK_AGAIN_MS = 5_000;

/** True while the server does not answer; once it does, everything on the screen is asked anew. */
export function useAway(): { readonly isAway: boolean; readonly retry: () => void } {
  const client = useQueryClient();
  const [isAway, setAway] = useState(false);
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated') return;
        if (event.action.type === 'success' && !event.action.manual) setAway(false);
        if (event.action.type === 'error' || event.action.type === 'failed')
          if (isSilence(event.action.error)) setAway(true);
      }),
    [client],
  );
  useEffect(() => {
    if (!isAway) return;
    const asking = setInterval(() => void client.refetchQueries({ queryKey: ['session'] }), ASK_AGAIN_MS);
    return () => {
      clearInterval(asking);
      void client.refetchQueries({
        type: 'active',
        predicate: ({ state }) => state.status === 'error' || state.isInvalidated,
      });
    };
  }, [client, isAway]);
  return { isAway, retry: () => void client.refetchQueries({ type: 'active' }) };
}

/** No answer at all, or one of a proxy before a server that is not there. */
function isSilence(error: unknown): boolean {
  return error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status);
}
