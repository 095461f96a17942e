import { openWatcher, type Watcher } from '../live/open-watcher.ts';
import type { Viewer } from '../live/seed-people.ts';
import { toPercentile } from '../to-percentile.ts';

export interface BusyPeople {
  /** What they asked and how long they waited, in a line. */
  stop(): Promise<string>;
}

const STREAMS = 50;
const ASKING = 100;
/** On average, of each who asks: a hundred people are 20 questions a second, and keep no step. */
const REST_MS = 5_000;
const QUESTIONS = [
  '/api/tracking/my-stats',
  '/api/tracking/my-stats/daily?days=30',
  '/api/tracking/my-stats/hours',
  '/api/tracking/opens?limit=50',
  '/api/signals',
];

/** Members of many organizations: some leave a screen open, some look at their dashboards again and again. */
export async function startBusyPeople(url: string, viewers: readonly Viewer[]): Promise<BusyPeople> {
  const watchers: Watcher[] = [];
  for (const viewer of viewers.slice(0, STREAMS)) watchers.push(await openWatcher(url, { headers: viewer.headers }));
  const times: number[] = [];
  const failures = new Map<number, number>();
  let isStopped = false;
  const ask = async ({ headers }: Viewer, nth: number): Promise<void> => {
    await rest(Math.random() * REST_MS);
    for (let n = nth; !isStopped; n += 1) {
      const askedAt = performance.now();
      const answer = await fetch(`${url}${QUESTIONS[n % QUESTIONS.length]}`, { headers }).catch(() => null);
      await answer?.arrayBuffer().catch(() => undefined);
      const status = answer?.status ?? 0;
      if (status === 200) times.push(performance.now() - askedAt);
      else failures.set(status, (failures.get(status) ?? 0) + 1);
      await rest(REST_MS * (0.5 + Math.random()));
    }
  };
  const asking = viewers.slice(STREAMS, STREAMS + ASKING).map(ask);
  return {
    stop: async () => {
      isStopped = true;
      for (const watcher of watchers) watcher.cut();
      await Promise.all(asking);
      times.sort((a, b) => a - b);
      const refused = [...failures].map(([status, count]) => `${count} × ${status}`).join(', ') || 'none';
      return `beside them ${STREAMS} open streams and ${times.length} answers of dashboards: p50 ${toPercentile(times, 0.5).toFixed(0)}, p95 ${toPercentile(times, 0.95).toFixed(0)} ms; not answered: ${refused}`;
    },
  };
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
