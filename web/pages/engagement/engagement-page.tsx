import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Daily } from '../../../src/contract/daily.ts';
import type { MyStats } from '../../../src/contract/my-stats.ts';
import { api } from '../../api.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { useShortcuts } from '../../ui/use-shortcuts.ts';
import { AboutTracking } from './about-tracking.tsx';
import { BestHours } from './best-hours.tsx';
import { DailyBars } from './daily-bars.tsx';
import { Devices } from './devices.tsx';
import styles from './engagement-page.module.css';
import { FirstSteps } from './first-steps.tsx';
import { Freshness } from './freshness.tsx';
import { HeadlineFigures } from './headline-figures.tsx';
import { PERIODS, type Period } from './period.ts';
import { SignalQuality } from './signal-quality.tsx';
import { WEEK_DAYS } from './to-week-days.ts';

const REFRESH_MS = 15_000;

/** How is my mail doing, compared with before? */
export function EngagementPage() {
  usePageTitle('My email engagement');
  const [period, setPeriod] = useState<Period>('thisWeek');
  const stats = useQuery({ queryKey: ['my-stats'], queryFn: api.myStats, refetchInterval: REFRESH_MS });
  const daily = useQuery({
    queryKey: ['daily', WEEK_DAYS * 2],
    queryFn: () => api.daily(WEEK_DAYS * 2),
    refetchInterval: REFRESH_MS,
  });
  useShortcuts({
    d: () => setPeriod('today'),
    w: () => setPeriod('thisWeek'),
    m: () => setPeriod('thisMonth'),
  });
  const error = (stats.data ? null : stats.error) ?? (daily.data ? null : daily.error);
  const retry = () => void Promise.all([stats.refetch(), daily.refetch()]);
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>My email engagement</h1>
        <Freshness stats={stats.data} hasFailed={stats.isError || daily.isError} onRetry={retry} />
        <SegmentedControl
          className={styles.periods}
          aria-label="Period of the figures"
          value={period}
          onChange={(value) => setPeriod(value as Period)}
          data={PERIODS.map(({ value, label }) => ({ value, label }))}
        />
      </header>
      {error ? (
        <LoadError what="Your figures" error={error} onRetry={retry} />
      ) : (
        <Figures stats={stats.data} daily={daily.data} period={period} />
      )}
      <AboutTracking retentionDays={stats.data?.retentionDays ?? null} isLoading={stats.isPending} />
    </>
  );
}

interface FiguresProps {
  readonly stats: MyStats | undefined;
  readonly daily: Daily | undefined;
  readonly period: Period;
}

function Figures({ stats, daily, period }: FiguresProps) {
  const isBeginning = stats !== undefined && daily !== undefined && hasNothingYet(stats, daily);
  return (
    <>
      <HeadlineFigures stats={stats} period={period} />
      <SignalQuality />
      {isBeginning ? (
        <FirstSteps />
      ) : (
        <div className={styles.columns}>
          <DailyBars daily={daily} />
          <div className={styles.side}>
            <BestHours peakHours={stats?.peakHours} />
            <Devices stats={stats} />
          </div>
        </div>
      )}
    </>
  );
}

function hasNothingYet(stats: MyStats, daily: Daily): boolean {
  return stats.thisMonth.opens === 0 && stats.peakHours.length === 0 && daily.data.every((day) => day.opens === 0);
}
