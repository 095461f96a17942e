import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Campaign } from '../../../src/contract/campaign.ts';
import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import { Caveat } from '../../ui/caveat.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords } from '../../ui/to-count-words.ts';
import { campaignsApi } from '../campaigns/campaigns-api.ts';
import { Devices } from '../engagement/devices.tsx';
import styles from './campaign-figures.module.css';
import { OpensOverTime } from './opens-over-time.tsx';
import { VariantBars } from './variant-bars.tsx';
import { VerdictMix } from './verdict-mix.tsx';

const REFRESH_MS = 10_000;
const DAYS = 30;

/** Is it working, and who reads? */
export function CampaignFigures({ campaign }: { readonly campaign: Campaign }) {
  const words = useWords('campaign');
  const stats = useQuery({
    queryKey: ['campaign-stats', campaign.id],
    queryFn: () => campaignsApi.stats(campaign.id),
    refetchInterval: REFRESH_MS,
  });
  const daily = useQuery({
    queryKey: ['campaign-daily', campaign.id],
    queryFn: () => campaignsApi.daily(campaign.id, DAYS),
    refetchInterval: REFRESH_MS,
  });
  const error = (stats.data ? null : stats.error) ?? (daily.data ? null : daily.error);
  if (error)
    return (
      <LoadError
        what={words('itsFigures')}
        error={error}
        onRetry={() => void Promise.all([stats.refetch(), daily.refetch()])}
      />
    );
  return (
    <div className={styles.figures}>
      <Totals stats={stats.data} campaignId={campaign.id} />
      <div className={styles.columns}>
        <OpensOverTime daily={daily.data} statuses={stats.data?.statuses} />
        <div className={styles.side}>
          <Devices stats={stats.data} heading={words('devices')} />
          <VerdictMix stats={stats.data} />
        </div>
      </div>
      {stats.data?.comparison ? <VariantBars stats={stats.data} /> : null}
      {campaign.deal === null && stats.data ? <TopMembers members={stats.data.topMembers} /> : null}
    </div>
  );
}

function Totals({ stats, campaignId }: { readonly stats: CampaignStats | undefined; readonly campaignId: string }) {
  const words = useWords('campaign');
  return (
    <section className={`${panel.panel} ${styles.totals}`} aria-label={words('totals')} aria-busy={!stats}>
      {stats ? (
        <>
          <p>
            <strong className={styles.count}>{toCountWords(stats.totalOpens)}</strong>{' '}
            {words('opensUnit', { count: stats.totalOpens })}
          </p>
          <p>
            <strong className={styles.count}>
              {stats.uniqueOpens === null ? '–' : toCountWords(stats.uniqueOpens)}
            </strong>{' '}
            <Caveat caveat={words('uniqueCaveat')}>{words('unique')}</Caveat>
          </p>
          <Button
            component="a"
            href={`/api/campaigns/${campaignId}/stats/export.csv`}
            download
            variant="default"
            ml="auto"
          >
            {words('csv')}
          </Button>
        </>
      ) : (
        <Placeholder width={260} height={40} />
      )}
    </section>
  );
}

function TopMembers({ members }: { readonly members: CampaignStats['topMembers'] }) {
  const words = useWords('campaign');
  if (members.length === 0) return null;
  return (
    <section className={panel.panel} aria-labelledby="top-members">
      <h2 id="top-members" className={panel.heading}>
        {words('topMembers')}
      </h2>
      <ol className={styles.members}>
        {members.map(({ userId, name, opens }) => (
          <li key={userId}>
            <span>{name}</span>
            <strong>{toCountWords(opens)}</strong>
          </li>
        ))}
      </ol>
    </section>
  );
}
