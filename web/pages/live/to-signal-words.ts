import type { Signal } from '../../../src/contract/signal.ts';
import type { Words } from '../../messages/use-words.ts';

type Why = Signal['why'][number];

/** "Opened 3 times in 5 minutes, last on a phone", in the person's language. */
export function toSignalWords({ why }: Pick<Signal, 'why'>, words: Words<'live'>): string {
  const sentence = why.map((reason) => toReasonWords(reason, words)).join(', ');
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}

/** The campaign's name as it was; of a signature, whose it is. */
export function toSignalTitle({ campaignId, title, userName }: SignalName, words: Words<'live'>): string {
  return campaignId === null ? words('signatureOf', { name: userName }) : title;
}

type SignalName = Pick<Signal, 'campaignId' | 'title' | 'userName'>;

const LAST_ON = { desktop: 'lastOnDesktop', mobile: 'lastOnMobile', tablet: 'lastOnTablet' } as const;

function toReasonWords(reason: Why, words: Words<'live'>): string {
  switch (reason.code) {
    case 'opens_within':
      return words('opensWithin', { opens: reason.opens, minutes: reason.minutes });
    case 'one_reader':
      return words('oneReader');
    case 'nth_open':
      return words('nthOpen', { nth: reason.nth });
    case 'quiet_days':
      return words('quietDays', { days: reason.days });
    case 'readers':
      return words('readers', { readers: reason.readers, hours: reason.hours });
    case 'above_usual':
      return words('aboveUsual', { opens: reason.opens, usual: reason.usual });
    case 'last_on':
      return words(LAST_ON[reason.device]);
    case 'unsure':
      return words('unsure', { opens: reason.opens });
    default:
      return words('reasonOther');
  }
}
