import { Button } from '@mantine/core';
import { Link } from 'wouter';
import panel from '../../ui/panel.module.css';
import styles from './first-steps.module.css';

/** In place of empty charts: what to do so that the first open comes. */
export function FirstSteps() {
  return (
    <section className={`${panel.panel} ${styles.steps}`} aria-labelledby="steps-title">
      <h2 id="steps-title" className={styles.title}>
        No opens yet. They begin with your signature
      </h2>
      <ol className={styles.list}>
        <li>Copy your signature: your pixel is inside.</li>
        <li>Paste it into your mail program as your signature.</li>
        <li>Send mail as always. Each open shows here within seconds.</li>
      </ol>
      <Button component={Link} href="/signature">
        Copy your signature
      </Button>
    </section>
  );
}
