import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { BestHours } from '../engagement/best-hours.tsx';
import { DailyBars } from '../engagement/daily-bars.tsx';
import { Devices } from '../engagement/devices.tsx';
import { HeadlineFigures } from '../engagement/headline-figures.tsx';
import { teamApi } from './team-api.ts';
import styles from './team-page.module.css';

export interface Shown {
  readonly userId: string;
  readonly name: string;
}

interface Props {
  readonly shown: Shown | null;
  readonly onClose: () => void;
}

/** One person's figures, as that person sees them. */
export function MemberDrawer({ shown, onClose }: Props) {
  const words = useWords('team');
  return (
    <Drawer
      opened={shown !== null}
      onClose={onClose}
      position="right"
      size={640}
      title={<bdi>{shown?.name}</bdi>}
      styles={{ content: { background: 'var(--page)' }, header: { background: 'var(--page)' } }}
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      {shown === null ? null : <MemberFigures shown={shown} />}
    </Drawer>
  );
}

function MemberFigures({ shown }: { readonly shown: Shown }) {
  const words = useWords('team');
  const { userId, name } = shown;
  const stats = useQuery({ queryKey: ['member-stats', userId], queryFn: () => teamApi.member(userId) });
  const daily = useQuery({
    queryKey: ['member-daily', userId],
    queryFn: () => teamApi.memberDaily(userId, 14),
  });
  const error = (stats.data ? null : stats.error) ?? (daily.data ? null : daily.error);
  if (error)
    return (
      <LoadError
        what={words('theseFigures')}
        error={error}
        onRetry={() => void Promise.all([stats.refetch(), daily.refetch()])}
      />
    );
  return (
    <div className={styles.drawer}>
      <p className={styles.logged} dir="auto">
        {words('logged', { name })}
      </p>
      <HeadlineFigures stats={stats.data} period="thisWeek" />
      <DailyBars daily={daily.data} />
      <BestHours peakHours={stats.data?.peakHours} />
      <Devices stats={stats.data} />
    </div>
  );
}
