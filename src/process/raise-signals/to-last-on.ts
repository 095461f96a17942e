import type { SignalReason } from '../../domain/signal-reason.ts';
import type { Device } from '../../domain/verdict.ts';
import type { SeenOpen } from './seen-open.ts';

/** The last open's device, and the words for it where it is known. Of several at one instant a phone goes first. */
export function toLastOn(opens: readonly SeenOpen[]): { device: Device; reasons: readonly SignalReason[] } {
  const lastAt = opens.at(-1)?.at;
  const last = opens.filter(({ at }) => at === lastAt).map(({ device }) => device);
  const device = KNOWN.find((known) => last.includes(known));
  return device === undefined ? { device: 'unknown', reasons: [] } : { device, reasons: [{ code: 'last_on', device }] };
}

const KNOWN = ['mobile', 'tablet', 'desktop'] as const;
