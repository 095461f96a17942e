import { Button } from '@mantine/core';
import type { MyStats } from '../../../src/contract/my-stats.ts';
import { region } from '../../messages/locale.ts';
import { useWords } from '../../messages/use-words.ts';
import styles from './freshness.module.css';

interface Props {
  readonly stats: MyStats | undefined;
  readonly hasFailed: boolean;
  readonly onRetry: () => void;
}

/** The time zone of the figures; and when they could not be refreshed, how old they are. */
export function Freshness({ stats, hasFailed, onRetry }: Props) {
  const words = useWords('engagement');
  const shell = useWords('shell');
  if (!stats) return null;
  if (!hasFailed) return <span className={styles.zone}>{stats.timezone.replaceAll('_', ' ')}</span>;
  const time = new Intl.DateTimeFormat(region, { timeStyle: 'short', timeZone: stats.timezone }).format(
    new Date(stats.asOf),
  );
  return (
    <span className={styles.zone} role="status">
      {words('notRefreshed', { time })}
      <Button variant="subtle" size="compact-sm" onClick={onRetry}>
        {shell('tryAgain')}
      </Button>
    </span>
  );
}
