import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { installTestResultSchema, installTestSchema } from '../../../src/contract/install-test.ts';
import { request } from '../../api.ts';
import { region } from '../../messages/locale.ts';
import { useWords } from '../../messages/use-words.ts';
import { copyToClipboard } from '../../ui/copy-to-clipboard.ts';
import styles from './install-test.module.css';
import { TestHits } from './test-hits.tsx';

type Started = z.infer<typeof installTestSchema>;
export type TestResult = z.infer<typeof installTestResultSchema>;

/** The first sight of the image shall be on screen within a second of it; what follows may take longer. */
const POLL_MS = { first: 250, later: 1_000 };
const TEST_MS = 600_000;

interface Running extends Started {
  /** The server's clock less this machine's: whether a load came before or after sending is told by the server's. */
  readonly aheadMs: number;
  readonly isCopied: boolean;
}

/** Proof that the image survives the mail program: a signature with a pixel of its own, and what became of it. */
export function InstallTest() {
  const words = useWords('signature');
  const [sentAt, setSentAt] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: async (): Promise<Running> => {
      const started = await request<Started>('POST', '/api/signatures/install-test', {});
      const aheadMs = Date.parse(started.expiresAt) - TEST_MS - Date.now();
      return { ...started, aheadMs, isCopied: await copyToClipboard(started) };
    },
    onSuccess: () => setSentAt(null),
  });
  const running = start.data ?? null;
  const result = useResult(running?.id ?? null, sentAt);
  return (
    <section className={styles.test} aria-labelledby="test-title">
      <h2 id="test-title" className={styles.title}>
        {words('testTitle')}
      </h2>
      <p className={styles.quiet}>{words('testWords')}</p>
      <div>
        <Button variant="default" loading={start.isPending} onClick={() => start.mutate()}>
          {words(running ? 'testAgain' : 'test')}
        </Button>
      </div>
      <div role="alert">{start.error ? words('testFailed', { reason: start.error.message }) : ''}</div>
      {running ? (
        <Outcome
          running={running}
          result={result.data}
          sentAt={sentAt}
          onSent={() => setSentAt(new Date(Date.now() + running.aheadMs).toISOString())}
        />
      ) : null}
      {running && !running.isCopied ? (
        <textarea
          className={styles.code}
          aria-label={words('testCode')}
          readOnly
          rows={4}
          value={running.html}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : null}
    </section>
  );
}

/** Asked until the test is over; then its last answer stays. */
function useResult(id: string | null, sentAt: string | null) {
  const query = sentAt === null ? '' : `?sentAt=${encodeURIComponent(sentAt)}`;
  return useQuery({
    queryKey: ['install-test', id, sentAt],
    queryFn: () => request<TestResult>('GET', `/api/signatures/install-test/${id}${query}`),
    enabled: id !== null,
    placeholderData: (before) => (before?.id === id ? before : undefined),
    refetchInterval: (asked) => toPollMs(asked.state.data),
  });
}

function toPollMs(result: TestResult | undefined): number | false {
  if (result !== undefined && Date.parse(result.expiresAt) < Date.now()) return false;
  return result === undefined || result.hits.length === 0 ? POLL_MS.first : POLL_MS.later;
}

interface OutcomeProps {
  readonly running: Running;
  readonly result: TestResult | undefined;
  readonly sentAt: string | null;
  readonly onSent: () => void;
}

const STATE_WORDS = {
  seen: 'stateSeen',
  working: 'stateWorking',
  rehosted: 'stateRehosted',
  waiting: 'stateWaiting',
  nothing_seen: 'stateNothing',
} as const;

function Outcome({ running, result, sentAt, onSent }: OutcomeProps) {
  const words = useWords('signature');
  const state = result?.state ?? 'waiting';
  const time = new Date(running.expiresAt).toLocaleTimeString(region, { hour: '2-digit', minute: '2-digit' });
  const isWaiting = state === 'waiting';
  return (
    <div className={styles.outcome} data-state={state}>
      <div role="status" className={styles.lines}>
        {isWaiting && sentAt === null ? <p>{words(running.isCopied ? 'testCopied' : 'testRefused')}</p> : null}
        {isWaiting ? (
          <p className={styles.waiting}>{words(sentAt === null ? 'testWaiting' : 'testSentWaiting', { time })}</p>
        ) : null}
        {isWaiting && sentAt === null ? null : <p className={styles.verdict}>{words(STATE_WORDS[state])}</p>}
      </div>
      {result && result.hits.length > 0 ? <TestHits hits={result.hits} aheadMs={running.aheadMs} /> : null}
      {sentAt === null && state !== 'nothing_seen' ? (
        <div>
          <Button size="compact-sm" variant="default" onClick={onSent}>
            {words('testSent')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
