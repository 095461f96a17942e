import { useWords } from '../messages/use-words.ts';
import styles from './live-mark.module.css';
import { useLiveState } from './live-state.ts';
import { useCallNowCount } from './live-watch.tsx';

/** Beside "Live" in the bar: whether the server is heard, and how many are to be called now. */
export function LiveMark({ userId }: { readonly userId: string }) {
  const words = useWords('shell');
  const state = useLiveState();
  const count = useCallNowCount(userId);
  return (
    <>
      <span className={state === 'live' ? styles.dot : styles.dotOff} aria-hidden="true" />
      {count > 0 ? (
        <span className={styles.count}>
          <span aria-hidden="true">{count}</span>
          <span className={styles.spoken}>{words('toCall', { count })}</span>
        </span>
      ) : null}
    </>
  );
}
