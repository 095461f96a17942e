import styles from './wordmark.module.css';

export function Wordmark() {
  return (
    <span className={styles.wordmark}>
      <svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <rect className={styles.tile} width="24" height="24" rx="6" />
        <path className={styles.flap} d="M5 8.200l7 5 7-5" />
        <circle className={styles.dot} cx="18" cy="16.500" r="2" />
      </svg>
      MailTracker
    </span>
  );
}
