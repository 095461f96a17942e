import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { settingsApi } from '../settings/settings-api.ts';
import type { Shown } from './member-drawer.tsx';
import styles from './team-page.module.css';

/** Everybody, to find one person among many and look at how their mail is doing. */
export function TeamMembers({ onShow }: { readonly onShow: (member: Shown) => void }) {
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
    return <LoadError what="The members" error={list.error} onRetry={() => list.refetch()} />;
  const members = list.data?.pages.flatMap((page) => page.data);
  return (
    <section className={panel.panel} aria-labelledby="members-title" aria-busy={!members}>
      <h2 id="members-title" className={panel.heading}>
        Members
      </h2>
      <TextInput
        className={styles.search}
        type="search"
        aria-label="Find a member by name or address"
        placeholder="Find by name or address"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {members ? (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Department</th>
              <th scope="col">Title</th>
            </tr>
          </thead>
          <tbody>
            {members.map(({ userId, name, email, department, title, status }) => (
              <tr key={userId}>
                <th scope="row">
                  <button type="button" className={styles.opener} onClick={() => onShow({ userId, name })}>
                    {name}
                  </button>
                  <span className={table.small}>
                    {email}
                    {status === 'deactivated' ? ', deactivated' : ''}
                  </span>
                </th>
                <td data-label="Department">{department?.name ?? 'No department'}</td>
                <td data-label="Title">{title ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder width="100%" height={240} />
      )}
      {members?.length === 0 ? <p className={panel.quiet}>Nobody of that name or address.</p> : null}
      {list.hasNextPage ? (
        <Button variant="default" mt={8} loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </section>
  );
}
