import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Destination } from '../../../../src/contract/destination.ts';
import { useWords } from '../../../messages/use-words.ts';
import { LoadError } from '../../../ui/load-error.tsx';
import panel from '../../../ui/panel.module.css';
import { Placeholder } from '../../../ui/placeholder.tsx';
import { usePageTitle } from '../../../ui/use-page-title.ts';
import section from '../section.module.css';
import { AddDestination } from './add-destination.tsx';
import styles from './destinations.module.css';
import { destinationsApi, LIST_KEY } from './destinations-api.ts';
import { Health } from './health.tsx';
import { findKind } from './kinds.ts';

const REFRESH_MS = 10_000;

/** All destinations with their lights, and the form for another. */
export function DestinationsPage() {
  const words = useWords('destinations');
  usePageTitle(words('title'));
  const list = useQuery({ queryKey: LIST_KEY, queryFn: destinationsApi.list, refetchInterval: REFRESH_MS });
  const [isAdding, setIsAdding] = useState(false);
  if (list.error && !list.data)
    return <LoadError what={words('theDestinations')} error={list.error} onRetry={() => list.refetch()} />;
  const all = list.data?.data;
  const isFirst = all?.length === 0;
  return (
    <>
      <div className={section.head}>
        <h1 className={section.title}>{words('title')}</h1>
        {isAdding || isFirst || !all ? null : <Button onClick={() => setIsAdding(true)}>{words('add')}</Button>}
      </div>
      <p className={section.lead}>{words('lead')}</p>
      {isAdding || isFirst ? <AddDestination isFirst={isFirst === true} onAdded={() => setIsAdding(true)} /> : null}
      {isFirst ? null : (
        <section
          className={`${panel.panel} ${isAdding ? section.block : ''}`}
          aria-label={words('title')}
          aria-busy={!all}
        >
          {all ? <List all={all} /> : <Placeholder width="100%" height={160} />}
        </section>
      )}
    </>
  );
}

function List({ all }: { readonly all: readonly Destination[] }) {
  const words = useWords('destinations');
  return (
    <ul className={styles.list}>
      {all.map((destination) => (
        <li key={destination.id} className={styles.item}>
          <div className={styles.itemHead}>
            <Link href={`/settings/destinations/${destination.id}`} className={styles.itemName}>
              {destination.name}
            </Link>
            <span className={styles.lines}>
              {words(findKind(destination.type).name)} · {destination.label}
            </span>
          </div>
          <Health destination={destination} />
        </li>
      ))}
    </ul>
  );
}
