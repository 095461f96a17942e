import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import type { Delivery } from '../../../../src/contract/delivery.ts';
import { useWords, type Words } from '../../../messages/use-words.ts';
import { LoadError } from '../../../ui/load-error.tsx';
import panel from '../../../ui/panel.module.css';
import { Placeholder } from '../../../ui/placeholder.tsx';
import table from '../../../ui/table.module.css';
import { toMinuteWords } from '../../../ui/to-minute-words.ts';
import section from '../section.module.css';
import { DeliveryDetails } from './delivery-details.tsx';
import styles from './destinations.module.css';
import { type DeliveryFilter, destinationsApi, toLogKey } from './destinations-api.ts';
import { toReasonWords } from './to-reason-words.ts';

const REFRESH_MS = 5_000;

/** What was owed to a destination, newest first: filtered, opened, sent again. */
export function DeliveryLog({ destinationId }: { readonly destinationId: string }) {
  const words = useWords('destinations');
  const [filter, setFilter] = useState<DeliveryFilter>('all');
  const log = useInfiniteQuery({
    queryKey: [...toLogKey(destinationId), filter],
    queryFn: ({ pageParam }) => destinationsApi.deliveries(destinationId, filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: REFRESH_MS,
  });
  if (log.error && !log.data) return <LoadError what={words('log')} error={log.error} onRetry={() => log.refetch()} />;
  const deliveries = log.data?.pages.flatMap((page) => page.data);
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="delivery-log" aria-busy={!deliveries}>
      <h2 id="delivery-log" className={section.heading}>
        {words('log')}
      </h2>
      <div className={styles.logHead}>
        <NativeSelect
          label={words('show')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value as DeliveryFilter)}
          data={[
            { value: 'all', label: words('showAll') },
            ...STATES.map((state) => ({ value: state, label: words(STATE_NAMES[state]) })),
          ]}
        />
        <ReplayRange destinationId={destinationId} />
      </div>
      {deliveries ? (
        <Rows deliveries={deliveries} isFiltered={filter !== 'all'} />
      ) : (
        <Placeholder width="100%" height={240} />
      )}
      {log.hasNextPage ? (
        <Button variant="default" mt={8} loading={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
          {words('older')}
        </Button>
      ) : null}
    </section>
  );
}

const STATE_NAMES = {
  waiting: 'stateWaiting',
  delivered: 'stateDelivered',
  given_up: 'stateGivenUp',
  cancelled: 'stateCancelled',
} as const;
const STATES = Object.keys(STATE_NAMES) as (keyof typeof STATE_NAMES)[];

function Rows({ deliveries, isFiltered }: { readonly deliveries: readonly Delivery[]; readonly isFiltered: boolean }) {
  const words = useWords('destinations');
  const [openId, setOpenId] = useState<string | null>(null);
  if (deliveries.length === 0) return <p className={section.note}>{words(isFiltered ? 'logNoneSuch' : 'logNone')}</p>;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words('delivery')}</th>
          <th scope="col">{words('state')}</th>
          <th scope="col">{words('when')}</th>
          <th scope="col" className={table.actions} aria-label={words('details')} />
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <Fragment key={delivery.id}>
            <Row
              delivery={delivery}
              isOpen={openId === delivery.id}
              onToggle={() => setOpenId(openId === delivery.id ? null : delivery.id)}
            />
            {openId === delivery.id ? (
              <tr>
                <td colSpan={4}>
                  <DeliveryDetails delivery={delivery} />
                </td>
              </tr>
            ) : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly delivery: Delivery;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Row({ delivery, isOpen, onToggle }: RowProps) {
  const words = useWords('destinations');
  const { state, reason, tries, nextTryAt, createdAt } = delivery;
  const light = {
    waiting: reason === null ? 'idle' : 'warning',
    delivered: 'good',
    given_up: 'bad',
    cancelled: 'idle',
  };
  return (
    <tr>
      <th scope="row">{toWhat(delivery, words)}</th>
      <td data-label={words('state')}>
        <span>
          <span className={styles.light} data-light={light[state]} aria-hidden="true" style={INLINE} />
          {words(STATE_NAMES[state])}
          <span className={table.small}>
            {[
              reason === null ? null : toReasonWords(reason, words),
              words('tries', { count: tries }),
              nextTryAt === null || tries === 0 ? null : words('nextTry', { at: toMinuteWords(nextTryAt) }),
            ]
              .filter((part) => part !== null)
              .join(' · ')}
          </span>
        </span>
      </td>
      <td data-label={words('when')}>{toMinuteWords(createdAt)}</td>
      <td className={table.actions}>
        <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={onToggle}>
          {words(isOpen ? 'hide' : 'details')}
        </Button>
      </td>
    </tr>
  );
}

const INLINE = { display: 'inline-block', marginRight: 8 } as const;

function toWhat({ type, level, campaign }: Delivery, words: Words<'destinations'>): string {
  const what =
    type === 'test'
      ? words('typeTest')
      : type === 'event_created'
        ? words('typeOpen')
        : words('typeSignal', { level: level ?? 'none' });
  return campaign === null ? what : words('ofCampaign', { what, campaign: campaign.name });
}

const RANGES = { lastDay: 1, lastWeek: 7, lastMonth: 30 } as const;
const DAY_MS = 86_400_000;

function ReplayRange({ destinationId }: { readonly destinationId: string }) {
  const words = useWords('destinations');
  const client = useQueryClient();
  const [range, setRange] = useState<keyof typeof RANGES>('lastDay');
  const replay = useMutation({
    mutationFn: () => {
      // A minute inside of the 30 days that may be replayed, whatever the clocks.
      const from = new Date(Date.now() - RANGES[range] * DAY_MS + 60_000);
      return destinationsApi.replaySince(destinationId, from.toISOString());
    },
    onSettled: () => client.invalidateQueries({ queryKey: toLogKey(destinationId) }),
  });
  return (
    <div>
      <div className={styles.replayRange}>
        <NativeSelect
          label={words('replayRange')}
          value={range}
          onChange={(event) => setRange(event.currentTarget.value as keyof typeof RANGES)}
          data={(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((value) => ({ value, label: words(value) }))}
        />
        <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
          {words('replay')}
        </Button>
      </div>
      <p role="status" className={styles.lines}>
        {replay.data ? words('replayedMany', { count: replay.data.replayed }) : (replay.error?.message ?? '')}
      </p>
    </div>
  );
}
