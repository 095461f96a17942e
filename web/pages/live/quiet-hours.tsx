import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { AttentionAnswer } from '../../../src/contract/attention.ts';
import { request } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import styles from './call-now.module.css';

const REFRESH_MS = 60_000;

/** When signals make no noise for me; nothing where they always may. */
export function QuietHours() {
  const words = useWords('live');
  const attention = useQuery({
    queryKey: ['attention'],
    queryFn: () => request<AttentionAnswer & { isQuietNow: boolean }>('GET', '/api/signals/attention'),
    refetchInterval: REFRESH_MS,
  });
  const hours = attention.data?.quietHours;
  if (!hours) return null;
  return (
    <Link href="/settings/notifications" className={styles.quietHours}>
      {attention.data?.isQuietNow ? words('quietNow', { to: hours.to }) : words('quietHours', hours)}
    </Link>
  );
}
