import type { Campaign } from '../../../src/contract/campaign.ts';
import { useWords } from '../../messages/use-words.ts';
import styles from './status-mark.module.css';

export function StatusMark({ status }: { readonly status: Campaign['status'] }) {
  const words = useWords('campaigns');
  return (
    <span className={styles.mark} data-status={status}>
      {words(status)}
    </span>
  );
}
