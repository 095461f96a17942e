import type { Device } from './verdict.ts';

/**
 * Why a signal was raised, as a code and its numbers. Stored for as long as the signal, so a code is never renamed nor
 * given another meaning. Screens may have words of their own; these are the English ones.
 */
export type SignalReason =
  | { readonly code: 'opens_within'; readonly opens: number; readonly minutes: number }
  | { readonly code: 'one_reader' }
  | { readonly code: 'nth_open'; readonly nth: number }
  | { readonly code: 'quiet_days'; readonly days: number }
  | { readonly code: 'readers'; readonly readers: number; readonly hours: number }
  | { readonly code: 'above_usual'; readonly opens: number /** One decimal. */; readonly usual: number }
  | { readonly code: 'last_on'; readonly device: Exclude<Device, 'unknown'> }
  | { readonly code: 'unsure'; readonly opens: number };

/** "Opened 3 times in 5 minutes, last on a phone". */
export function toSignalSentence(reasons: readonly SignalReason[]): string {
  const sentence = reasons.map(toReasonText).join(', ');
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}

/** One reason as part of a sentence: lower case, no full stop. */
export function toReasonText(reason: SignalReason): string {
  switch (reason.code) {
    case 'opens_within':
      return `opened ${toTimes(reason.opens)} in ${toAmount(reason.minutes, 'minute')}`;
    case 'one_reader':
      return 'by one reader';
    case 'nth_open':
      return `opened for the ${toOrdinal(reason.nth)} time`;
    case 'quiet_days':
      return `first open after ${toAmount(reason.days, 'quiet day')}`;
    case 'readers':
      return `${toAmount(reason.readers, 'different reader')} within ${toAmount(reason.hours, 'hour')}`;
    case 'above_usual':
      return `${toAmount(reason.opens, 'open')} this hour, usually ${reason.usual === 0 ? 'none' : `about ${reason.usual}`}`;
    case 'last_on':
      return `last on a ${DEVICE_NAMES[reason.device]}`;
    case 'unsure':
      return `${reason.opens === 1 ? 'one of them' : `${reason.opens} of them`} may be a machine or a colleague`;
    default:
      return 'for a reason that this version does not know';
  }
}

const DEVICE_NAMES = { desktop: 'computer', mobile: 'phone', tablet: 'tablet' } as const;

function toAmount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function toTimes(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

function toOrdinal(count: number): string {
  const tens = count % 100;
  const mark = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${mark}`;
}
