import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import { Caveat } from '../../ui/caveat.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords, toExactWords } from '../../ui/to-count-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { AboutTracking } from '../engagement/about-tracking.tsx';
import { settingsApi } from '../settings/settings-api.ts';
import { DepartmentBars } from './department-bars.tsx';
import { MemberDrawer, type Shown } from './member-drawer.tsx';
import { teamApi } from './team-api.ts';
import { TeamMembers } from './team-members.tsx';
import styles from './team-page.module.css';
import { TeamReaders } from './team-readers.tsx';
import { TopPerformers } from './top-performers.tsx';

const PERIODS = [7, 30, 90];
const REFRESH_MS = 30_000;

/** How is the team's mail doing, and who needs help? */
export function TeamPage() {
  const words = useWords('team');
  usePageTitle(words('title'));
  const [days, setDays] = useState(30);
  const [shown, setShown] = useShown();
  const stats = useQuery({
    queryKey: ['organization-stats', days],
    queryFn: () => teamApi.organization(days),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  });
  const settings = useQuery({ queryKey: ['tracking-settings'], queryFn: settingsApi.tracking });
  if (stats.error && !stats.data)
    return <LoadError what={words('theFigures')} error={stats.error} onRetry={() => stats.refetch()} />;
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>{words('title')}</h1>
        <SegmentedControl
          aria-label={words('periods')}
          value={`${days}`}
          onChange={(value) => setDays(Number(value))}
          data={PERIODS.map((value) => ({ value: `${value}`, label: words('days', { days: `${value}` }) }))}
        />
      </header>
      <Total stats={stats.data} />
      {stats.data ? (
        <>
          <div className={styles.columns}>
            <TopPerformers stats={stats.data} onShow={setShown} />
            <DepartmentBars stats={stats.data} />
          </div>
          <TeamMembers days={days} onShow={setShown} />
          <TeamReaders days={days} />
        </>
      ) : (
        <div className={styles.waiting}>
          <Placeholder width="100%" height={240} />
        </div>
      )}
      <MemberDrawer shown={shown} onClose={() => setShown(null)} />
      {stats.data && settings.data ? (
        <AboutTracking retentionDays={settings.data.retention_days} isLoading={false} />
      ) : null}
    </>
  );
}

/** The address may name a member: the palette leads here, and a link can be handed on. */
function useShown(): [Shown | null, (shown: Shown | null) => void] {
  const [search, setSearch] = useSearchParams();
  const userId = search.get('member');
  const [named, setNamed] = useState<Shown | null>(null);
  const member = useQuery({
    queryKey: ['member', userId],
    queryFn: () => settingsApi.member(userId ?? ''),
    enabled: userId !== null && named?.userId !== userId,
  });
  const show = (shown: Shown | null) => {
    setNamed(shown);
    setSearch(shown === null ? {} : { member: shown.userId }, { replace: true });
  };
  if (userId === null) return [null, show];
  return [named?.userId === userId ? named : (member.data ?? null), show];
}

function Total({ stats }: { readonly stats: OrganizationStats | undefined }) {
  const words = useWords('team');
  if (!stats)
    return (
      <section className={panel.panel} aria-busy="true" aria-label={words('total')}>
        <Placeholder width={260} height={60} />
      </section>
    );
  const { totalOpens, uniqueOpens, activeUsers, days, timezone } = stats;
  return (
    <section className={panel.panel} aria-label={words('total')}>
      <p className={styles.headline}>
        {words.rich('totalLine', {
          count: toCountWords(totalOpens),
          opens: totalOpens,
          strong: (text) => (
            <strong className={styles.count} title={toExactWords(totalOpens)}>
              {text}
            </strong>
          ),
        })}
      </p>
      <p className={panel.quiet}>
        {uniqueOpens === null
          ? null
          : words.rich('uniqueLine', {
              count: toCountWords(uniqueOpens),
              caveat: (text) => <Caveat caveat={words('uniqueCaveat')}>{text}</Caveat>,
            })}
        {words('membersLine', { members: activeUsers, days: `${days}`, zone: timezone })}
      </p>
    </section>
  );
}
