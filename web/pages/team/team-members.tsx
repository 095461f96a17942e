import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { settingsApi } from '../settings/settings-api.ts';
import type { Shown } from './member-drawer.tsx';
import styles from './team-page.module.css';

/** Everybody, to find one person among many and look at how their mail is doing. */
export function TeamMembers({ onShow }: { readonly onShow: (member: Shown) => void }) {
  const words = useWords('team');
  const [search, setSearch] = useState('');
  const question = useDeferredValue(search.trim());
  const list = useInfiniteQuery({
    queryKey: ['members', question],
    queryFn: ({ pageParam }) => settingsApi.members({ search: question, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  if (list.error && !list.data)
    return <LoadError what={words('theMembers')} error={list.error} onRetry={() => list.refetch()} />;
  const members = list.data?.pages.flatMap((page) => page.data);
  return (
    <section className={panel.panel} aria-labelledby="members-title" aria-busy={!members}>
      <h2 id="members-title" className={panel.heading}>
        {words('members')}
      </h2>
      <TextInput
        className={styles.search}
        type="search"
        aria-label={words('findLabel')}
        placeholder={words('find')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {members ? (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{words('name')}</th>
              <th scope="col">{words('department')}</th>
              <th scope="col">{words('jobTitle')}</th>
            </tr>
          </thead>
          <tbody>
            {members.map(({ userId, name, email, department, title, status }) => (
              <tr key={userId}>
                <th scope="row">
                  <button type="button" className={styles.opener} onClick={() => onShow({ userId, name })}>
                    <bdi>{name}</bdi>
                  </button>
                  <span className={table.small}>
                    {status === 'deactivated' ? words('deactivated', { email }) : email}
                  </span>
                </th>
                <td data-label={words('department')}>
                  <bdi>{department?.name ?? words('noDepartment')}</bdi>
                </td>
                <td data-label={words('jobTitle')}>
                  <bdi>{title ?? ''}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder width="100%" height={240} />
      )}
      {members?.length === 1 && question === '' ? <InviteFirst /> : null}
      {members?.length === 0 ? <p className={panel.quiet}>{words('nobody')}</p> : null}
      {list.hasNextPage ? (
        <Button variant="default" mt={8} loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {words('showMore')}
        </Button>
      ) : null}
    </section>
  );
}

function InviteFirst() {
  const words = useWords('team');
  return (
    <div className={styles.invite}>
      <p>{words('inviteFirst')}</p>
      <Button component={Link} href="/settings/members">
        {words('invite')}
      </Button>
    </div>
  );
}
