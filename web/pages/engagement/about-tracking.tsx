import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './about-tracking.module.css';

interface Props {
  /** Null where the server did not say. */
  readonly retentionDays: number | null;
  readonly isLoading: boolean;
}

/** The notice that stands wherever opens are shown; its six sentences are fixed by the founding documents. */
export function AboutTracking({ retentionDays, isLoading }: Props) {
  return (
    <section className={styles.about} aria-labelledby="about-title">
      <h2 id="about-title" className={styles.title}>
        About email tracking
      </h2>
      <ul className={styles.sentences}>
        <li>Opens are tracked via image loading in signatures.</li>
        <li>About 40 % of email clients block images by default.</li>
        <li>Actual engagement may be higher than shown.</li>
        <li>We cannot identify who opened your emails.</li>
        <li>Multiple opens from the same person are counted once daily.</li>
        <li>{isLoading ? <Placeholder width={260} height={20} /> : toRetentionWords(retentionDays)}</li>
      </ul>
      <p className={styles.more}>Daily totals per person, without any detail, are kept for 13 months.</p>
    </section>
  );
}

function toRetentionWords(days: number | null): string {
  return `Data is retained for ${days ?? 'the number of'} days${days === null ? ' your organization has set' : ''}, then automatically deleted.`;
}
