import { SegmentedControl } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Daily } from '../../../src/contract/daily.ts';
import type { MyStats } from '../../../src/contract/my-stats.ts';
import { api } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { useShortcuts } from '../../ui/use-shortcuts.ts';
import { AboutTracking } from './about-tracking.tsx';
import { DailyBars } from './daily-bars.tsx';
import { Devices } from './devices.tsx';
import styles from './engagement-page.module.css';
import { FirstSteps } from './first-steps.tsx';
import { Freshness } from './freshness.tsx';
import { HeadlineFigures } from './headline-figures.tsx';
import { HeatMap } from './heat-map.tsx';
import { PERIODS, type Period } from './period.ts';
import { SignalQuality } from './signal-quality.tsx';
import type { Span } from './to-chart-days.ts';

const REFRESH_MS = 15_000;

/** How is my mail doing, compared with before? */
export function EngagementPage() {
  const words = useWords('engagement');
  usePageTitle(words('title'));
  const [period, setPeriod] = useState<Period>('thisWeek');
  const span: Span = period === 'thisMonth' ? 30 : 7;
  const stats = useQuery({ queryKey: ['my-stats'], queryFn: api.myStats, refetchInterval: REFRESH_MS });
  const latest = useRef<Daily>(undefined);
  const daily = useQuery({
    queryKey: ['daily', span * 2],
    queryFn: async () => {
      latest.current = await api.daily(span * 2);
      return latest.current;
    },
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  useShortcuts({
    d: () => setPeriod('today'),
    w: () => setPeriod('thisWeek'),
    m: () => setPeriod('thisMonth'),
  });
  // Another span that cannot be had, the server or the session being away, takes nothing off the screen.
  const days = daily.data ?? latest.current;
  const error = (stats.data ? null : stats.error) ?? (days ? null : daily.error);
  const retry = () => void Promise.all([stats.refetch(), daily.refetch()]);
  // Bars of another span are not drawn under this one's heading.
  const shownSpan: Span = (days?.data.length ?? span * 2) > 14 ? 30 : 7;
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>{words('title')}</h1>
        <Freshness stats={stats.data} hasFailed={stats.isError || daily.isError} onRetry={retry} />
        <SegmentedControl
          className={styles.periods}
          aria-label={words('periods')}
          value={period}
          onChange={(value) => setPeriod(value as Period)}
          data={PERIODS.map(({ value }) => ({ value, label: words(value) }))}
        />
      </header>
      {error ? (
        <LoadError what={words('yourFigures')} error={error} onRetry={retry} />
      ) : (
        <Figures stats={stats.data} daily={days} period={period} span={shownSpan} />
      )}
      {stats.isPending ? null : <AboutTracking retentionDays={stats.data?.retentionDays ?? null} isLoading={false} />}
    </>
  );
}

interface FiguresProps {
  readonly stats: MyStats | undefined;
  readonly daily: Daily | undefined;
  readonly period: Period;
  readonly span: Span;
}

function Figures({ stats, daily, period, span }: FiguresProps) {
  const isBeginning = stats !== undefined && daily !== undefined && hasNothingYet(stats, daily);
  return (
    <>
      <HeadlineFigures stats={stats} period={period} />
      <SignalQuality />
      {isBeginning ? (
        <FirstSteps />
      ) : (
        <>
          <div className={styles.columns}>
            <DailyBars daily={daily} span={span} />
            <HeatMap best={stats?.peakHours[0]} />
          </div>
          <Devices stats={stats} />
        </>
      )}
    </>
  );
}

function hasNothingYet(stats: MyStats, daily: Daily): boolean {
  return stats.thisMonth.opens === 0 && stats.peakHours.length === 0 && daily.data.every((day) => day.opens === 0);
}
