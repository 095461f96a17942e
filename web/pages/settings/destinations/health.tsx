import type { Destination } from '../../../../src/contract/destination.ts';
import { useWords, type Words } from '../../../messages/use-words.ts';
import { toMinuteWords } from '../../../ui/to-minute-words.ts';
import styles from './destinations.module.css';

type Light = 'good' | 'warning' | 'bad' | 'idle';

/** A light, and the sentence that says what it means. */
export function Health({ destination }: { readonly destination: Destination }) {
  const words = useWords('destinations');
  const light = toLight(destination);
  return (
    <p className={styles.health}>
      <span className={styles.light} data-light={light} role="img" aria-label={words(LIGHT_NAMES[light])} />
      <span>{toHealthWords(destination, words)}</span>
    </p>
  );
}

const LIGHT_NAMES = { good: 'lightGood', warning: 'lightWarning', bad: 'lightBad', idle: 'lightIdle' } as const;

function toLight({ health }: Destination): Light {
  if (health === 'good') return 'good';
  if (health === 'failing') return 'warning';
  return health === 'disabled' ? 'bad' : 'idle';
}

const DISABLED = {
  gone: 'disabledGone',
  revoked: 'disabledRevoked',
  misconfigured: 'disabledMisconfigured',
  failing: 'disabledFailing',
} as const;

function toHealthWords(destination: Destination, words: Words<'destinations'>): string {
  const { health, waiting: count, failingSince, lastDeliveredAt, disabledReason } = destination;
  if (health === 'disabled') return words(DISABLED[disabledReason ?? 'failing']);
  if (health === 'paused') return words('paused', { count });
  if (failingSince !== null) return words('failing', { count, at: toMinuteWords(failingSince) });
  if (health === 'unused' || lastDeliveredAt === null) return words('unused');
  const at = toMinuteWords(lastDeliveredAt);
  return count === 0 ? words('good', { at }) : words('goodWaiting', { at, count });
}
