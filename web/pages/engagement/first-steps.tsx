import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import styles from './first-steps.module.css';

/** In place of empty charts: what to do so that the first open comes. */
export function FirstSteps() {
  const words = useWords('engagement');
  return (
    <section className={`${panel.panel} ${styles.steps}`} aria-labelledby="steps-title">
      <h2 id="steps-title" className={styles.title}>
        {words('stepsTitle')}
      </h2>
      <ol className={styles.list}>
        <li>{words('stepCopy')}</li>
        <li>{words('stepPaste')}</li>
        <li>{words('stepSend')}</li>
      </ol>
      <Button component={Link} href="/signature">
        {words('copySignature')}
      </Button>
    </section>
  );
}
