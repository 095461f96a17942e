import { Link } from 'wouter';
import type { Campaign } from '../../../src/contract/campaign.ts';
import table from '../../ui/table.module.css';
import { toDayWords } from '../../ui/to-day-words.ts';
import styles from './campaigns-page.module.css';
import { StatusMark } from './status-mark.tsx';

export function CampaignTable({ campaigns }: { readonly campaigns: readonly Campaign[] }) {
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
            <td data-label="Made">{toDayWords(campaign.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function toKindWords({ deal, audience, variants }: Campaign): string {
  if (deal !== null) return 'Deal';
  const who = 'everyone' in audience ? 'Everyone' : 'departmentIds' in audience ? 'Departments' : 'Some members';
  return variants.length > 1 ? `${who}, ${variants.length} variants` : who;
}
