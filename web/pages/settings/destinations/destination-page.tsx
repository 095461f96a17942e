import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ApiProblem } from '../../../api.ts';
import { useWords } from '../../../messages/use-words.ts';
import { LoadError } from '../../../ui/load-error.tsx';
import panel from '../../../ui/panel.module.css';
import { Placeholder } from '../../../ui/placeholder.tsx';
import { usePageTitle } from '../../../ui/use-page-title.ts';
import { NotFoundPage } from '../../not-found/not-found-page.tsx';
import section from '../section.module.css';
import { DeliveryLog } from './delivery-log.tsx';
import { DestinationActions } from './destination-actions.tsx';
import styles from './destinations.module.css';
import { destinationsApi, toOneKey } from './destinations-api.ts';
import { Health } from './health.tsx';
import { findKind } from './kinds.ts';
import { VerifyPanel } from './verify-panel.tsx';

const REFRESH_MS = 5_000;

/** One destination: how it is doing, what can be done with it, and what became of each delivery. */
export function DestinationPage({ id }: { readonly id: string }) {
  const words = useWords('destinations');
  const { data, error, refetch } = useQuery({
    queryKey: toOneKey(id),
    queryFn: () => destinationsApi.one(id),
    refetchInterval: REFRESH_MS,
  });
  usePageTitle(data?.name ?? words('title'));
  if (error instanceof ApiProblem && error.status === 404) return <NotFoundPage />;
  if (error && !data) return <LoadError what={words('theDestinations')} error={error} onRetry={() => refetch()} />;
  return (
    <>
      <Link href="/settings/destinations" className={styles.back}>
        ← {words('all')}
      </Link>
      {data ? (
        <>
          <h1 className={section.title}>{data.name}</h1>
          <p className={styles.lines}>
            {words(findKind(data.type).name)} · {data.label}
          </p>
          <section className={`${panel.panel} ${section.block}`} aria-label={data.name}>
            <Health destination={data} />
            <DestinationActions destination={data} />
          </section>
          <DeliveryLog destinationId={id} />
          {data.type === 'webhook' ? <VerifyPanel /> : null}
        </>
      ) : (
        <Placeholder width="100%" height={320} />
      )}
    </>
  );
}
