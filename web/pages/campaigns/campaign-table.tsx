import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Campaign } from '../../../src/contract/campaign.ts';
import type { SessionResponse } from '../../../src/contract/session.ts';
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
  if (campaigns.length === 0)
    return (
      <p className={styles.empty}>
        No campaign yet. Name a deal above: its pixel is yours a second later, and each open of that one mail shows
        here.
      </p>
    );
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Kind</th>
          <th scope="col" className={table.number}>
            Opens
          </th>
          <th scope="col" className={table.number}>
            Unique
          </th>
          <th scope="col">Made</th>
        </tr>
      </thead>
      <tbody>
        {campaigns.map((campaign) => (
          <tr key={campaign.id}>
            <th scope="row">
              <Link href={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
            </th>
            <td data-label="Status">
              <StatusMark status={campaign.status} />
            </td>
            <td data-label="Kind">{toKindWords(campaign)}</td>
            <RowFigures campaign={campaign} person={person} />
            <td data-label="Made">{toDayWords(campaign.createdAt)}</td>
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
      <td data-label="Opens" className={table.number}>
        {show(stats.data?.totalOpens)}
      </td>
      <td data-label="Unique" className={table.number}>
        {show(stats.data?.uniqueOpens)}
      </td>
    </>
  );
}

export function toKindWords({ deal, audience, variants }: Campaign): string {
  if (deal !== null) return 'Deal';
  const who = 'everyone' in audience ? 'Everyone' : 'departmentIds' in audience ? 'Departments' : 'Some members';
  return variants.length > 1 ? `${who}, ${variants.length} variants` : who;
}
