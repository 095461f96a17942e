import { Link } from 'wouter';
import type { Campaign, CampaignFigures, CampaignList } from '../../../src/contract/campaign.ts';
import { toCallNow } from '../../live/to-heat.ts';
import { useSignals } from '../../live/use-signals.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import table from '../../ui/table.module.css';
import { toCountWords } from '../../ui/to-count-words.ts';
import { toDayWords } from '../../ui/to-day-words.ts';
import { useNow } from '../../ui/use-now.ts';
import styles from './campaigns-page.module.css';
import { Sparkline } from './sparkline.tsx';
import { StatusMark } from './status-mark.tsx';

const HEAT_LOOK_MS = 5_000;

/** Which campaigns work: how each is doing of late, when it was last opened, and what is being read right now. */
export function CampaignTable({ campaigns }: { readonly campaigns: CampaignList['data'] }) {
  const words = useWords('campaigns');
  const levels = useLevels();
  if (campaigns.length === 0) return <p className={styles.empty}>{words('none')}</p>;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words('name')}</th>
          <th scope="col">{words('status')}</th>
          <th scope="col">{words('lastDays')}</th>
          <th scope="col" className={table.number}>
            {words('opens')}
          </th>
          <th scope="col" className={table.number}>
            {words('unique')}
          </th>
          <th scope="col">{words('lastOpen')}</th>
        </tr>
      </thead>
      <tbody>
        {campaigns.map((campaign) => (
          <tr key={campaign.id}>
            <th scope="row">
              <Link href={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
              <Heat level={levels.get(campaign.id)} />
              <span className={table.small}>{toKindWords(campaign, words)}</span>
            </th>
            <td data-label={words('status')}>
              <StatusMark status={campaign.status} />
            </td>
            <Figures figures={campaign.figures ?? null} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Level = 'hot' | 'warm';

/** Of each campaign that somebody should be called about now. */
function useLevels(): ReadonlyMap<string | null, Level> {
  const signals = useSignals();
  const now = useNow(HEAT_LOOK_MS);
  const calls = toCallNow(signals.data?.data ?? [], now);
  return new Map(calls.map(({ signal }) => [signal.campaignId, signal.level]));
}

function Heat({ level }: { readonly level: Level | undefined }) {
  const words = useWords('campaigns');
  return level ? <span className={styles[level]}>{words(level)}</span> : null;
}

/** Only who runs a campaign may see its figures. */
function Figures({ figures }: { readonly figures: CampaignFigures | null }) {
  const words = useWords('campaigns');
  return (
    <>
      <td data-label={words('lastDays')}>
        {figures && figures.opens > 0 ? <Sparkline counts={figures.daily} label={toSparkWords(figures, words)} /> : '–'}
      </td>
      <td data-label={words('opens')} className={table.number}>
        {figures ? toCountWords(figures.opens) : '–'}
      </td>
      <td data-label={words('unique')} className={table.number}>
        {figures?.unique == null ? '–' : toCountWords(figures.unique)}
      </td>
      <td data-label={words('lastOpen')}>{figures ? toLastOpenWords(figures, words) : '–'}</td>
    </>
  );
}

function toSparkWords({ daily }: CampaignFigures, words: Words<'campaigns'>): string {
  return words('sparkline', {
    days: daily.length,
    opens: daily.reduce((sum, opens) => sum + opens, 0),
    most: Math.max(...daily),
  });
}

function toLastOpenWords({ lastOpenDay, daily }: CampaignFigures, words: Words<'campaigns'>): string {
  if (lastOpenDay === null) return words('neverOpened');
  if ((daily.at(-1) ?? 0) > 0) return words('lastToday');
  return (daily.at(-2) ?? 0) > 0 ? words('lastYesterday') : toDayWords(`${lastOpenDay}T12:00:00`);
}

/** "Deal", or whose signatures it stands in: "Everyone, 2 variants". */
export function toKindWords({ deal, audience, variants }: Campaign, words: Words<'campaigns'>): string {
  if (deal !== null) return words('kindDeal');
  const who = words(
    'everyone' in audience ? 'kindEveryone' : 'departmentIds' in audience ? 'kindDepartments' : 'kindMembers',
  );
  return variants.length > 1 ? words('kindVariants', { who, count: variants.length }) : who;
}
