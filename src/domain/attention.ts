import { toMinuteOfDay } from './calendar.ts';
import { type AttentionHold, isAtLeast, type SignalLevel } from './signal.ts';

/** When and how a member wants to hear of signals. Clock times are "22:00", by the member's own local clock. */
export interface Attention {
  /** Null: none. From later than to means over midnight. */
  readonly quietHours: QuietHours | null;
  readonly minimumLevel: SignalLevel;
  /** When the day's digest is made; null: none. */
  readonly digestAt: string | null;
}

export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

export const DEFAULT_ATTENTION: Attention = Object.freeze({ quietHours: null, minimumLevel: 'warm', digestAt: null });

/** Why a signal of this level makes no noise at `now` (milliseconds since the epoch); null: it does. */
export function toAttentionHold(
  { quietHours, minimumLevel }: Pick<Attention, 'quietHours' | 'minimumLevel'>,
  { level, now, timeZone }: { readonly level: SignalLevel; readonly now: number; readonly timeZone: string },
): AttentionHold | null {
  if (!isAtLeast(level, minimumLevel)) return 'minimum_level';
  return quietHours !== null && isQuiet(quietHours, now, timeZone) ? 'quiet_hours' : null;
}

/**
 * By what the local clock shows: `from` is quiet, `to` is not. Where the clock skips an hour the quiet one is as much
 * shorter, and where it shows one twice both are quiet.
 */
export function isQuiet({ from, to }: QuietHours, at: number, timeZone: string): boolean {
  const minute = toMinuteOfDay(at, timeZone);
  const [start, end] = [toMinutes(from), toMinutes(to)];
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}

/** "22:00" → 1320. */
export function toMinutes(clockText: string): number {
  return Number(clockText.slice(0, 2)) * 60 + Number(clockText.slice(3));
}
