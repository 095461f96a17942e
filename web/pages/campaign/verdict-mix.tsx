import type { CampaignStats } from '../../../src/contract/campaign-stats.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords } from '../../ui/to-count-words.ts';
import styles from './campaign-figures.module.css';

type Verdict = keyof CampaignStats['byVerdict'];

const VERDICTS: readonly { readonly verdict: Verdict; readonly label: string }[] = [
  { verdict: 'human', label: "Readers' own mail programs" },
  { verdict: 'proxy_open', label: 'Readers, through a mail service' },
  { verdict: 'prefetch', label: 'Fetched ahead of reading' },
  { verdict: 'unknown', label: 'Cannot be told' },
  { verdict: 'scanner', label: 'Mail security scanners' },
  { verdict: 'bot', label: 'Machines' },
  { verdict: 'self', label: 'Your own opens' },
  { verdict: 'test', label: 'Install tests' },
];

/** What fetched the pixels, counted or not: the noise that was kept out of the figures. */
export function VerdictMix({ stats }: { readonly stats: CampaignStats | undefined }) {
  const rows = VERDICTS.map(({ verdict, label }) => ({ label, hits: stats?.byVerdict[verdict] ?? 0 }));
  const dropped = Object.values(stats?.dropped ?? {}).reduce((sum, hits) => sum + hits, 0);
  const shown = [...rows, { label: 'Refused before recording', hits: dropped }].filter(({ hits }) => hits > 0);
  return (
    <section className={panel.panel} aria-labelledby="verdict-mix" aria-busy={!stats}>
      <h2 id="verdict-mix" className={panel.heading}>
        What fetched it
      </h2>
      {stats ? (
        <ul className={styles.members}>
          {shown.map(({ label, hits }) => (
            <li key={label}>
              <span>{label}</span>
              <strong>{toCountWords(hits)}</strong>
            </li>
          ))}
        </ul>
      ) : (
        <Placeholder width="100%" height={80} />
      )}
      {stats && shown.length === 0 ? <p className={panel.quiet}>Nothing yet.</p> : null}
    </section>
  );
}
