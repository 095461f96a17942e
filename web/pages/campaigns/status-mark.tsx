import type { Campaign } from '../../../src/contract/campaign.ts';
import styles from './status-mark.module.css';

const WORDS: Readonly<Record<Campaign['status'], string>> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  active: 'Running',
  paused: 'Paused',
  completed: 'Completed',
  cancelled: 'Cancelled',
};

export function StatusMark({ status }: { readonly status: Campaign['status'] }) {
  return (
    <span className={styles.mark} data-status={status}>
      {WORDS[status]}
    </span>
  );
}
