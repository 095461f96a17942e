import { useWords } from '../../messages/use-words.ts';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './about-tracking.module.css';

interface Props {
  /** Null where the server did not say. */
  readonly retentionDays: number | null;
  readonly isLoading: boolean;
}

/** The notice that stands wherever opens are shown; its six sentences are fixed by the founding documents. */
export function AboutTracking({ retentionDays, isLoading }: Props) {
  const words = useWords('engagement');
  const last = retentionDays === null ? words('notice6Unknown') : words('notice6', { days: `${retentionDays}` });
  return (
    <section className={styles.about} aria-labelledby="about-title">
      <h2 id="about-title" className={styles.title}>
        {words('about')}
      </h2>
      <ul className={styles.sentences}>
        <li>{words('notice1')}</li>
        <li>{words('notice2')}</li>
        <li>{words('notice3')}</li>
        <li>{words('notice4')}</li>
        <li>{words('notice5')}</li>
        <li>{isLoading ? <Placeholder width={260} height={20} /> : last}</li>
      </ul>
      <p className={styles.more}>{words('noticeMore')}</p>
    </section>
  );
}
