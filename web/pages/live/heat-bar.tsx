import type { Signal } from '../../../src/contract/signal.ts';
import { useWords } from '../../messages/use-words.ts';
import styles from './heat-bar.module.css';

/** How much heat is left. It moves in small steps, so that it needs no animation. */
export function HeatBar({ heat, level }: { readonly heat: number; readonly level: Signal['level'] }) {
  const words = useWords('live');
  const percent = Math.round(heat * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the looks of <meter> cannot be set alike in all browsers.
    <div
      className={styles.bar}
      role="meter"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={words('heat', { percent, level: words(level) })}
    >
      <div className={level === 'hot' ? styles.hot : styles.warm} style={{ width: `${Math.max(percent, 2)}%` }} />
    </div>
  );
}
