import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Delivery, DeliveryDetail } from '../../../../src/contract/delivery.ts';
import { useWords } from '../../../messages/use-words.ts';
import { LoadError } from '../../../ui/load-error.tsx';
import { Placeholder } from '../../../ui/placeholder.tsx';
import { toMinuteWords } from '../../../ui/to-minute-words.ts';
import section from '../section.module.css';
import styles from './destinations.module.css';
import { destinationsApi, toLogKey } from './destinations-api.ts';
import { toReasonWords } from './to-reason-words.ts';

/** One delivery: what was sent, what each try got for an answer, and the way to send it again. */
export function DeliveryDetails({ delivery }: { readonly delivery: Delivery }) {
  const words = useWords('destinations');
  const client = useQueryClient();
  const { id, destinationId, state, tries } = delivery;
  const detail = useQuery({
    queryKey: [...toLogKey(destinationId), 'one', id, state, tries],
    queryFn: () => destinationsApi.delivery(id),
    placeholderData: (before) => before,
  });
  const replay = useMutation({
    mutationFn: () => destinationsApi.replay(id),
    onSettled: () => client.invalidateQueries({ queryKey: toLogKey(destinationId) }),
  });
  if (detail.error && !detail.data)
    return <LoadError what={words('details')} error={detail.error} onRetry={() => detail.refetch()} />;
  if (!detail.data) return <Placeholder width="100%" height={160} />;
  return (
    <div className={styles.detail}>
      <div>
        <h3>{words('payload')}</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <pre className={styles.code} tabIndex={0}>
          {JSON.stringify(detail.data.payload, null, 2)}
        </pre>
      </div>
      <div>
        <h3>{words('attempts')}</h3>
        <Attempts attempts={detail.data.attempts} />
      </div>
      {state === 'waiting' || delivery.type === 'test' ? null : (
        <div className={section.buttons}>
          <Button size="compact-sm" variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
            {words('replay')}
          </Button>
        </div>
      )}
      <p role="status" className={`${styles.lines} ${styles.outcome}`}>
        {replay.data ? words('replayed') : ''}
      </p>
      {replay.error ? (
        <p role="alert" className={section.failure}>
          {words('notDone', { reason: replay.error.message })}
        </p>
      ) : null}
    </div>
  );
}

function Attempts({ attempts }: Pick<DeliveryDetail, 'attempts'>) {
  const words = useWords('destinations');
  if (attempts.length === 0) return <p className={styles.lines}>{words('noAttempts')}</p>;
  return (
    <ol className={styles.attempts}>
      {attempts.map(({ at, durationMs, status, reason, answer }) => (
        <li key={at}>
          <span className={styles.lines}>
            {[
              toMinuteWords(at),
              status === null ? words('noAnswer') : words('answered', { status: `${status}` }),
              words('attemptMs', { ms: `${durationMs}` }),
              ...(reason === null || reason === `status_${status}` ? [] : [toReasonWords(reason, words)]),
            ].join(' · ')}
          </span>
          <pre className={styles.answer}>{answer === '' ? words('emptyAnswer') : answer}</pre>
        </li>
      ))}
    </ol>
  );
}
