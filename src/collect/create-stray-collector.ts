import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter } from 'prom-client';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import { parsePixelPath } from './parse-pixel-path.ts';
import { answerHealth, answerMethodNotAllowed, answerNotFound, answerPixel } from './pixel-answer.ts';

/**
 * Stands under /api/t/* in a process that does not collect: the health answer is its own, and a pixel that was led here
 * by mistake is still no broken image. It is not recorded, so it is counted and told: the way to it is to be mended.
 */
export function createStrayCollector(metrics: Metrics, log: Log) {
  let toldAt = Number.NEGATIVE_INFINITY;
  const strays = new Counter({
    name: 'mailtracker_collect_stray_hits_total',
    help: 'Pixel requests that reached a process without the role collect: answered, not recorded.',
    registers: [metrics],
  });
  const note = (): void => {
    strays.inc();
    const now = performance.now();
    if (now - toldAt < TELL_GAP_MS) return;
    toldAt = now;
    log.error({ hint: 'lead /api/t/ to a process that runs with --role collect' }, 'collect.stray_pixel');
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { kind } = parsePixelPath(request.url ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (kind === 'none') answerNotFound(response);
    else if (!isRead) answerMethodNotAllowed(response);
    else if (kind === 'health') answerHealth(response, false);
    else {
      note();
      answerPixel(response, true);
    }
  };
}

const TELL_GAP_MS = 10_000;
