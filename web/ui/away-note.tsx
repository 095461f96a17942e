import { Button } from '@mantine/core';
import { useWords } from '../messages/use-words.ts';
import styles from './away-note.module.css';
import { useAway } from './use-away.ts';

/** Over the page, so that nothing moves: the server is away, what stands here is kept. */
export function AwayNote() {
  const words = useWords('shell');
  const { isAway, retry } = useAway();
  return (
    <div role="status" className={styles.place}>
      {isAway ? (
        <div className={styles.note}>
          <p>
            <strong>{words('awayTitle')}</strong> {words('awayWords')}
          </p>
          <Button variant="default" size="compact-sm" onClick={retry}>
            {words('tryAgain')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
