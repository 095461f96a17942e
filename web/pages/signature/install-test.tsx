import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { installTestResultSchema, installTestSchema } from '../../../src/contract/install-test.ts';
import { request } from '../../api.ts';
import { copyToClipboard } from '../../ui/copy-to-clipboard.ts';
import styles from './install-test.module.css';

type Started = z.infer<typeof installTestSchema>;
type Result = z.infer<typeof installTestResultSchema>;

const POLL_MS = 2_000;

/** Proof that the image survives the mail program: a signature with a pixel of its own, and what became of it. */
export function InstallTest() {
  const [isCopied, setCopied] = useState(true);
  const start = useMutation({
    mutationFn: () => request<Started>('POST', '/api/signatures/install-test', {}),
    onSuccess: async (started) => setCopied(await copyToClipboard(started)),
  });
  const result = useResult(start.data?.id ?? null);
  return (
    <section className={styles.test} aria-labelledby="test-title">
      <h2 id="test-title" className={styles.title}>
        Does it work?
      </h2>
      <p className={styles.quiet}>
        A test copies your signature with a pixel of its own. Paste it into a mail to yourself, send, and open it: what
        we see shows here for ten minutes, and counts nowhere.
      </p>
      <div>
        <Button variant="default" loading={start.isPending} onClick={() => start.mutate()}>
          {start.data ? 'Test again' : 'Test it'}
        </Button>
      </div>
      <div role="alert">{start.error ? `Not started. ${start.error.message}` : ''}</div>
      <div role="status" className={styles.outcome}>
        {start.data ? <Outcome result={result.data} isCopied={isCopied} /> : null}
      </div>
      {start.data && !isCopied ? (
        <textarea
          className={styles.code}
          aria-label="HTML code of the signature under test"
          readOnly
          rows={4}
          value={start.data.html}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : null}
    </section>
  );
}

/** Asked until the test is over; then its last answer stays. */
function useResult(id: string | null) {
  return useQuery({
    queryKey: ['install-test', id],
    queryFn: () => request<Result>('GET', `/api/signatures/install-test/${id}`),
    enabled: id !== null,
    refetchInterval: (query) => (isOver(query.state.data) ? false : POLL_MS),
  });
}

function isOver(result: Result | undefined): boolean {
  return result !== undefined && Date.parse(result.expiresAt) < Date.now();
}

function Outcome({ result, isCopied }: { readonly result: Result | undefined; readonly isCopied: boolean }) {
  const latest = result?.hits[0];
  return (
    <>
      {result === undefined || result.state === 'waiting' ? (
        <p>
          {isCopied
            ? 'Copied: paste it into a mail to yourself and send it.'
            : 'Your browser refused to copy. Copy the code below.'}
        </p>
      ) : null}
      {result === undefined ? null : <p>{result.sentence}</p>}
      {latest === undefined ? null : (
        <p className={styles.quiet}>
          {latest.client}: {latest.sentence}
        </p>
      )}
    </>
  );
}
