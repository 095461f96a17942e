import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { AboutTracking } from '../engagement/about-tracking.tsx';
import { DailyBars } from '../engagement/daily-bars.tsx';
import { HeadlineFigures } from '../engagement/headline-figures.tsx';
import { readWidget } from './read-widget.ts';
import styles from './widget-page.module.css';

const REFRESH_MS = 60_000;

/** The upper half of My engagement, for a frame in a company's own portal. */
export function WidgetPage() {
  const words = useWords('widget');
  usePageTitle(words('title'));
  const [search] = useSearchParams();
  const token = search.get('token') ?? '';
  const found = useQuery({
    queryKey: ['widget', token],
    queryFn: () => readWidget(token),
    refetchInterval: REFRESH_MS,
  });
  if (found.error && !found.data)
    return <LoadError what={words('title')} error={found.error} onRetry={() => found.refetch()} />;
  return (
    <main className={styles.widget}>
      <h1 className={styles.title}>{words('title')}</h1>
      <HeadlineFigures stats={found.data?.stats} period="thisWeek" />
      <DailyBars daily={found.data?.daily} />
      <AboutTracking retentionDays={found.data?.retentionDays ?? null} isLoading={found.isPending} />
    </main>
  );
}
