import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { Feed } from './feed.tsx';
import { liveApi } from './live-api.ts';
import styles from './live-page.module.css';

const REFRESH_MS = 3_000;

/** What is being opened right now, and what was refused and why. */
export function LivePage() {
  usePageTitle('Live');
  const [isCountedOnly, setCountedOnly] = useState(false);
  const opens = useQuery({ queryKey: ['opens'], queryFn: liveApi.opens, refetchInterval: REFRESH_MS });
  if (opens.error && !opens.data)
    return <LoadError what="The feed" error={opens.error} onRetry={() => opens.refetch()} />;
  const rows = opens.data?.data.filter((open) => open.counted || !isCountedOnly);
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>Feed</h1>
        <p className={opens.isError ? styles.stale : styles.live} role="status">
          {opens.isError ? 'not reached, still trying' : 'live'}
        </p>
        <SegmentedControl
          aria-label="Which opens"
          value={isCountedOnly ? 'counted' : 'all'}
          onChange={(value) => setCountedOnly(value === 'counted')}
          data={[
            { value: 'all', label: 'All' },
            { value: 'counted', label: 'Counted only' },
          ]}
        />
      </header>
      <section className={`${panel.panel} ${styles.feed}`} aria-label="Latest opens" aria-busy={!rows}>
        {rows ? <Feed opens={rows} /> : <Placeholder width="100%" height={320} />}
        {opens.data?.data.length === 0 ? <Beginning /> : null}
        {rows?.length === 0 && opens.data?.data.length !== 0 ? (
          <p className={panel.quiet}>Of the latest opens none was counted. “All” shows what they were.</p>
        ) : null}
      </section>
    </>
  );
}

function Beginning() {
  return (
    <div className={styles.beginning}>
      <h2>Nothing was opened yet</h2>
      <p className={panel.quiet}>
        Send a mail with your signature, or track one deal: its opens show here within seconds, and so do the machines
        that were refused, each with its reason.
      </p>
      <div className={styles.buttons}>
        <Button component={Link} href="/signature">
          Copy your signature
        </Button>
        <Button component={Link} href="/campaigns" variant="default">
          Track a deal
        </Button>
      </div>
    </div>
  );
}
