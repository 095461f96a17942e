import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import type { TeamOrder } from '../../../src/contract/team-members.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { SaveCsv } from '../../ui/save-csv.tsx';
import table from '../../ui/table.module.css';
import { toCountWords } from '../../ui/to-count-words.ts';
import type { Shown } from './member-drawer.tsx';
import { teamApi } from './team-api.ts';
import styles from './team-page.module.css';

interface Props {
  readonly days: number;
  readonly onShow: (member: Shown) => void;
}

interface Order {
  readonly sort: TeamOrder;
  readonly order: 'asc' | 'desc';
}

/** Everybody, to find one person among many and look at how their mail is doing. */
export function TeamMembers({ days, onShow }: Props) {
  const words = useWords('team');
  const [search, setSearch] = useState('');
  const question = useDeferredValue(search.trim());
  const [order, setOrder] = useState<Order>({ sort: 'opens', order: 'desc' });
  const list = useInfiniteQuery({
    queryKey: ['team-members', days, question, order],
    queryFn: ({ pageParam }) => teamApi.members({ days, search: question, ...order, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  if (list.error && !list.data)
    return <LoadError what={words('theMembers')} error={list.error} onRetry={() => list.refetch()} />;
  // Opens go on while pages are fetched: whoever moved down meanwhile is shown once.
  const members = list.data && [
    ...new Map(list.data.pages.flatMap((page) => page.data).map((member) => [member.userId, member])).values(),
  ];
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
              {COLUMNS.map((sort) => (
                <SortHead key={sort} sort={sort} order={order} onOrder={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody>
            {members.map(({ userId, name, email, department, title, status, opens }) => (
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
                  <bdi>{department ?? words('noDepartment')}</bdi>
                </td>
                <td data-label={words('jobTitle')}>
                  <bdi>{title ?? ''}</bdi>
                </td>
                <td data-label={words('columnOpens')} className={table.number}>
                  {toCountWords(opens)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder width="100%" height={240} />
      )}
      <SaveCsv href={`/api/admin/tracking/members/export.csv?days=${days}`}>{words('saveMembers')}</SaveCsv>
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

const COLUMNS = ['name', 'department', 'title', 'opens'] as const;
const HEADS = { name: 'name', department: 'department', title: 'jobTitle', opens: 'columnOpens' } as const;

interface HeadProps {
  readonly sort: TeamOrder;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

/** Chosen once it sorts as one expects, words from A and figures from the most; once more, the other way. */
function SortHead({ sort, order, onOrder }: HeadProps) {
  const words = useWords('team');
  const first = sort === 'opens' ? 'desc' : 'asc';
  const isSorted = order.sort === sort;
  const next = isSorted && order.order === first ? toOther(first) : first;
  const sorted = order.order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" aria-sort={isSorted ? sorted : 'none'} className={sort === 'opens' ? table.number : undefined}>
      <button type="button" className={styles.sorter} onClick={() => onOrder({ sort, order: next })}>
        {words(HEADS[sort])}
        <span aria-hidden="true" className={styles.arrow}>
          {isSorted ? (order.order === 'asc' ? '↑' : '↓') : ''}
        </span>
      </button>
    </th>
  );
}

function toOther(order: 'asc' | 'desc'): 'asc' | 'desc' {
  return order === 'asc' ? 'desc' : 'asc';
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
