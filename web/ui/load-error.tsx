import { Button } from '@mantine/core';
import { ApiProblem } from '../api.ts';
import { useWords } from '../messages/use-words.ts';
import styles from './load-error.module.css';

interface Props {
  /** What could not be shown, such as "Your figures". */
  readonly what: string;
  readonly error: Error;
  readonly onRetry: () => void;
}

/** In place of what could not be loaded: what happened, what was kept, what to do. */
export function LoadError({ what, error, onRetry }: Props) {
  const words = useWords('shell');
  const isRefused = error instanceof ApiProblem && error.status === 403;
  return (
    <section className={styles.panel} role="alert">
      <h2 className={styles.title}>{words(isRefused ? 'notShown' : 'notLoaded', { what })}</h2>
      <p className={styles.words}>{error.message}</p>
      {isRefused ? null : (
        <>
          <p className={styles.words}>{words('stillCounted')}</p>
          <Button variant="default" onClick={onRetry}>
            {words('tryAgain')}
          </Button>
        </>
      )}
    </section>
  );
}
