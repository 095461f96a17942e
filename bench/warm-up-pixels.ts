import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadPlan, startPixelLoad } from './pixel-load.ts';

const WARM_UP_MS = 4_000;

/** Hits that nobody measures: a server that has just started compiles its code with the first thousands. */
export async function warmUpPixels(plan: LoadPlan): Promise<void> {
  const load = startPixelLoad(plan);
  await sleep(WARM_UP_MS);
  await load.stop();
}
