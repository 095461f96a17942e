import type { ReactNode } from 'react';
import styles from './entry-card.module.css';
import { Wordmark } from './wordmark.tsx';

interface Props {
  readonly title: string;
  readonly lead: string | null;
  readonly children: ReactNode;
  /** The way to the other door. */
  readonly otherwise: ReactNode;
}

/** The sheet that sign-in and sign-up stand on. */
export function EntryCard({ title, lead, children, otherwise }: Props) {
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <Wordmark />
        <section className={styles.card} aria-labelledby="entry-title">
          <h1 id="entry-title" className={styles.title} dir="auto">
            {title}
          </h1>
          {lead === null ? <div className={styles.lead} /> : <p className={styles.lead}>{lead}</p>}
          {children}
        </section>
        <p className={styles.otherwise}>{otherwise}</p>
      </div>
    </main>
  );
}
