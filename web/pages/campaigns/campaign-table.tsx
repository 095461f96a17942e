import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Campaign } from '../../../src/contract/campaign.ts';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import table from '../../ui/table.module.css';
import { toCountWords } from '../../ui/to-count-words.ts';
import { toDayWords } from '../../ui/to-day-words.ts';
import { campaignsApi } from './campaigns-api.ts';
import styles from './campaigns-page.module.css';
import { StatusMark } from './status-mark.tsx';

interface Props {
  readonly campaigns: readonly Campaign[];
  readonly person: SessionResponse | null;
}

const FIGURES_STALE_MS = 60_000;

export function CampaignTable({ campaigns, person }: Props) {
  const words = useWords('campaigns');
  if (campaigns.length === 0) return <p className={styles.empty}>{words('none')}</p>;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words('name')}</th>
          <th scope="col">{words('status')}</th>
          <th scope="col">{words('kind')}</th>
          <th scope="col" className={table.number}>
            {words('opens')}
          </th>
          <th scope="col" className={table.number}>
            {words('unique')}
          </th>
          <th scope="col">{words('made')}</th>
        </tr>
      </thead>
      <tbody>
        {campaigns.map((campaign) => (
          <tr key={campaign.id}>
            <th scope="row">
              <Link href={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
            </th>
            <td data-label={words('status')}>
              <StatusMark status={campaign.status} />
            </td>
            <td data-label={words('kind')}>{toKindWords(campaign, words)}</td>
            <RowFigures campaign={campaign} person={person} />
            <td data-label={words('made')}>{toDayWords(campaign.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly campaign: Campaign;
  readonly person: SessionResponse | null;
}

/** Only who runs a campaign may see its figures; one that never ran has none. */
function RowFigures({ campaign, person }: RowProps) {
  const words = useWords('campaigns');
  const mayRun = person !== null && (person.role !== 'member' || campaign.ownerId === person.userId);
  const hasRun = campaign.status !== 'draft' && campaign.status !== 'scheduled';
  const stats = useQuery({
    queryKey: ['campaign-stats', campaign.id],
    queryFn: () => campaignsApi.stats(campaign.id),
    enabled: mayRun && hasRun,
    staleTime: FIGURES_STALE_MS,
  });
  const show = (count: number | null | undefined) => (count == null ? '–' : toCountWords(count));
  return (
    <>
      <td data-label={words('opens')} className={table.number}>
        {show(stats.data?.totalOpens)}
      </td>
      <td data-label={words('unique')} className={table.number}>
        {show(stats.data?.uniqueOpens)}
      </td>
    </>
  );
}

/** "Deal", or whose signatures it stands in: "Everyone, 2 variants". */
export function toKindWords({ deal, audience, variants }: Campaign, words: Words<'campaigns'>): string {
  if (deal !== null) return words('kindDeal');
  const who = words(
    'everyone' in audience ? 'kindEveryone' : 'departmentIds' in audience ? 'kindDepartments' : 'kindMembers',
  );
  return variants.length > 1 ? words('kindVariants', { who, count: variants.length }) : who;
}
