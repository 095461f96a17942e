import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { useWords } from '../../messages/use-words.ts';
import { useSession } from '../../session.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toDayWords } from '../../ui/to-day-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { toKindWords } from '../campaigns/campaign-table.tsx';
import { campaignsApi } from '../campaigns/campaigns-api.ts';
import { StatusMark } from '../campaigns/status-mark.tsx';
import { CampaignActions } from './campaign-actions.tsx';
import { CampaignFigures } from './campaign-figures.tsx';
import styles from './campaign-page.module.css';
import { CampaignPixel } from './campaign-pixel.tsx';
import { MoreActions } from './more-actions.tsx';
import { MyVariant } from './my-variant.tsx';
import { toScheduleWords } from './to-schedule-words.ts';

/** Is this one working, and how do I get its pixel into the mail? */
export function CampaignPage({ id }: { readonly id: string }) {
  const words = useWords('campaign');
  const campaign = useQuery({ queryKey: ['campaign', id], queryFn: () => campaignsApi.one(id) });
  usePageTitle(campaign.data?.name ?? words('title'));
  if (campaign.error && !campaign.data)
    return <LoadError what={words('thisOne')} error={campaign.error} onRetry={() => campaign.refetch()} />;
  return (
    <>
      <Link href="/campaigns" className={styles.back}>
        {words('all')}
      </Link>
      {campaign.data ? <Details campaign={campaign.data} /> : <Placeholder width="100%" height={320} />}
    </>
  );
}

function Details({ campaign }: { readonly campaign: Campaign }) {
  const words = useWords('campaign');
  const kind = toKindWords(campaign, useWords('campaigns'));
  const schedule = toScheduleWords(campaign, words);
  const session = useSession();
  const person = session.data?.person;
  const mayRun = person != null && (person.role !== 'member' || campaign.ownerId === person.userId);
  const hasRun = campaign.status !== 'draft' && campaign.status !== 'scheduled';
  const figures = mayRun && hasRun ? <CampaignFigures key="figures" campaign={campaign} /> : null;
  const pixel = <CampaignPixel key="pixel" campaign={campaign} userId={person?.userId ?? null} />;
  // What stands below the pixel comes once it is known how high that is: nothing moves under the eye then.
  const pixels = useQuery({
    queryKey: ['campaign-pixels', campaign.id],
    queryFn: () => campaignsApi.pixels(campaign.id),
  });
  return (
    <>
      <header className={styles.head}>
        <div className={styles.names}>
          <h1 className={styles.title}>{campaign.name}</h1>
          <p className={styles.facts}>
            <StatusMark status={campaign.status} />
            <span>{kind}</span>
            <span>{words('made', { day: toDayWords(campaign.createdAt) })}</span>
            {schedule === null ? null : <span>{schedule}</span>}
          </p>
          {campaign.description ? <p className={styles.description}>{campaign.description}</p> : null}
          {mayRun ? <MoreActions campaign={campaign} isAdmin={person?.role !== 'member'} /> : null}
        </div>
        {mayRun ? <CampaignActions campaign={campaign} /> : null}
      </header>
      {campaign.variants.length > 1 && campaign.deal === null ? <MyVariant campaign={campaign} /> : null}
      {isNewDeal(campaign) ? [pixel, pixels.isPending ? null : figures] : [figures, pixel]}
    </>
  );
}

const DAY_MS = 86_400_000;

/** On its first day a deal is there to be pasted; later, to be read. */
function isNewDeal({ deal, createdAt }: Campaign): boolean {
  return deal !== null && Date.now() - Date.parse(createdAt) < DAY_MS;
}
