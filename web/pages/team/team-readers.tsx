import { useQuery } from '@tanstack/react-query';
import type { Breakdown } from '../../../src/contract/breakdown.ts';
import { locale } from '../../messages/locale.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { ChartPanel, type ChartTable } from '../../ui/chart-panel.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { toCountWords } from '../../ui/to-count-words.ts';
import { teamApi } from './team-api.ts';
import styles from './team-page.module.css';

interface Line {
  readonly name: string;
  readonly opens: number;
}

/** What the team's mail is read with, and where, in groups that nobody can be told from. */
export function TeamReaders({ days }: { readonly days: number }) {
  const words = useWords('team');
  const { data, error, refetch } = useQuery({
    queryKey: ['team-breakdown', days],
    queryFn: () => teamApi.breakdown(days),
    placeholderData: (before) => before,
  });
  if (error && !data) return <LoadError what={words('theReaders')} error={error} onRetry={() => refetch()} />;
  const clients = data && toLines(words, data.clients, (name) => name);
  const countries = data && toLines(words, data.countries, toCountryName);
  return (
    <div className={countries?.length ? styles.columns : styles.single}>
      <ReaderBars kind="readWith" lines={clients} breakdown={data} />
      {countries?.length ? <ReaderBars kind="readWhere" lines={countries} breakdown={data} /> : null}
    </div>
  );
}

interface BarsProps {
  readonly kind: 'readWith' | 'readWhere';
  readonly lines: readonly Line[] | undefined;
  readonly breakdown: Breakdown | undefined;
}

function ReaderBars({ kind, lines, breakdown }: BarsProps) {
  const words = useWords('team');
  const most = Math.max(1, ...(lines?.map(({ opens }) => opens) ?? []));
  const k = `${breakdown?.kAnonymity ?? ''}`;
  return (
    <ChartPanel title={words(kind)} table={lines && breakdown ? toTable(words, kind, { lines, breakdown }) : null}>
      <ul className={styles.departments} aria-hidden="true">
        {lines?.map(({ name, opens }) => (
          <li key={name}>
            <span className={styles.name} dir="auto">
              {name}
            </span>
            <span className={styles.amount}>{toCountWords(opens)}</span>
            <span className={styles.track}>
              <span style={{ width: `${(100 * opens) / most}%` }} />
            </span>
          </li>
        ))}
      </ul>
      <p className={panel.small}>{words(lines?.length === 0 ? 'tooFewReaders' : 'readersCaveat', { k })}</p>
    </ChartPanel>
  );
}

function toLines(
  words: Words<'team'>,
  { data, other }: Breakdown['clients'],
  toName: (name: string) => string,
): readonly Line[] {
  const lines = data.map(({ name, opens }) => ({ name: toName(name), opens }));
  return other === null ? lines : [...lines, { name: words('allOthers'), opens: other }];
}

function toTable(
  words: Words<'team'>,
  kind: BarsProps['kind'],
  { lines, breakdown }: { readonly lines: readonly Line[]; readonly breakdown: Breakdown },
): ChartTable {
  return {
    caption: words('readersCaption', { days: `${breakdown.days}` }),
    head: [words(kind === 'readWith' ? 'mailProgram' : 'country'), words('columnOpens')],
    rows: lines.map(({ name, opens }) => [name, opens]),
    fileName: kind === 'readWith' ? 'mail-programs.csv' : 'countries.csv',
  };
}

const regions = new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' });

function toCountryName(code: string): string {
  return regions.of(code) ?? code;
}
