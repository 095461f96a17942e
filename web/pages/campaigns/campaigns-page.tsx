import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWords } from '../../messages/use-words.ts';
import { useSession } from '../../session.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { SaveCsv } from '../../ui/save-csv.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { CampaignTable } from './campaign-table.tsx';
import { campaignsApi } from './campaigns-api.ts';
import styles from './campaigns-page.module.css';
import { DealForm } from './deal-form.tsx';
import { NewCampaign } from './new-campaign.tsx';

/** Which of my campaigns work, and how do I track the next deal? */
export function CampaignsPage() {
  const words = useWords('campaigns');
  usePageTitle(words('title'));
  const session = useSession();
  const [isMaking, setMaking] = useState(false);
  const list = useInfiniteQuery({
    queryKey: ['campaigns'],
    queryFn: ({ pageParam }) => campaignsApi.list(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Back from a campaign its figures may have grown.
    refetchOnMount: 'always',
  });
  const campaigns = list.data?.pages.flatMap((page) => page.data);
  const person = session.data?.person ?? null;
  const isAdmin = person !== null && person.role !== 'member';
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>{words('title')}</h1>
        {isAdmin ? (
          <Button variant="default" onClick={() => setMaking(true)}>
            {words('newTeam')}
          </Button>
        ) : null}
      </header>
      <DealForm />
      {list.error && !list.data ? (
        <LoadError what={words('yours')} error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <section className={`${panel.panel} ${styles.list}`} aria-label={words('title')} aria-busy={!campaigns}>
          {campaigns ? <CampaignTable campaigns={campaigns} /> : <Placeholder width="100%" height={200} />}
          {campaigns && campaigns.length > 0 ? (
            <SaveCsv href="/api/campaigns/export.csv">{words('saveCsv')}</SaveCsv>
          ) : null}
          {list.hasNextPage ? (
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
              {words('older')}
            </Button>
          ) : null}
        </section>
      )}
      {isAdmin ? <NewCampaign isOpen={isMaking} onClose={() => setMaking(false)} /> : null}
    </>
  );
}
