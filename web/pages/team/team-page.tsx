import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import { Caveat } from '../../ui/caveat.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords } from '../../ui/to-count-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { AboutTracking } from '../engagement/about-tracking.tsx';
import { settingsApi } from '../settings/settings-api.ts';
import { DepartmentBars } from './department-bars.tsx';
import { MemberDrawer, type Shown } from './member-drawer.tsx';
import { teamApi } from './team-api.ts';
import { TeamMembers } from './team-members.tsx';
import styles from './team-page.module.css';
import { TopPerformers } from './top-performers.tsx';

const PERIODS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
];
const REFRESH_MS = 30_000;
const UNIQUE_CAVEAT =
  'Each reader counts once a day and member. Readers behind a mail service such as Gmail share its addresses, so this is about right, not exact.';

/** How is the team's mail doing, and who needs help? */
export function TeamPage() {
  usePageTitle('Team email engagement');
  const [days, setDays] = useState(30);
  const [shown, setShown] = useState<Shown | null>(null);
  const stats = useQuery({
    queryKey: ['organization-stats', days],
    queryFn: () => teamApi.organization(days),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  });
  const settings = useQuery({ queryKey: ['tracking-settings'], queryFn: settingsApi.tracking });
  if (stats.error && !stats.data)
    return <LoadError what="The team's figures" error={stats.error} onRetry={() => stats.refetch()} />;
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>Team email engagement</h1>
        <SegmentedControl
          aria-label="Period of the figures"
          value={`${days}`}
          onChange={(value) => setDays(Number(value))}
          data={PERIODS}
        />
      </header>
      <Total stats={stats.data} />
      <div className={styles.columns}>
        <TopPerformers stats={stats.data} onShow={setShown} />
        <DepartmentBars stats={stats.data} />
      </div>
      <TeamMembers onShow={setShown} />
      <MemberDrawer shown={shown} onClose={() => setShown(null)} />
      <AboutTracking retentionDays={settings.data?.retention_days ?? null} isLoading={settings.isPending} />
    </>
  );
}

function Total({ stats }: { readonly stats: OrganizationStats | undefined }) {
  if (!stats)
    return (
      <section className={panel.panel} aria-busy="true" aria-label="Organization total">
        <Placeholder width={260} height={60} />
      </section>
    );
  return (
    <section className={panel.panel} aria-label="Organization total">
      <p className={styles.headline}>
        Organization Total:{' '}
        <strong className={styles.count} title={stats.totalOpens.toLocaleString('en-US')}>
          {toCountWords(stats.totalOpens)}
        </strong>{' '}
        {stats.totalOpens === 1 ? 'open' : 'opens'}
      </p>
      <p className={panel.quiet}>
        {stats.uniqueOpens === null ? null : (
          <>
            {toCountWords(stats.uniqueOpens)} <Caveat caveat={UNIQUE_CAVEAT}>unique</Caveat>,{' '}
          </>
        )}
        {stats.activeUsers === 1 ? '1 member' : `${toCountWords(stats.activeUsers)} members`} with opens in the last{' '}
        {stats.days} days, {stats.timezone}
      </p>
    </section>
  );
}
