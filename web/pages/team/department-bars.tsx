import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { ChartPanel, type ChartTable } from '../../ui/chart-panel.tsx';
import panel from '../../ui/panel.module.css';
import { toAverageWords, toCountWords } from '../../ui/to-count-words.ts';
import styles from './team-page.module.css';

/** Totals favour large departments, so the opens per member stand beside them. */
export function DepartmentBars({ stats }: { readonly stats: OrganizationStats | undefined }) {
  const words = useWords('team');
  const most = Math.max(1, ...(stats?.byDepartment.map(({ opens }) => opens) ?? []));
  return (
    <ChartPanel title={words('byDepartment')} table={stats ? toTable(words, stats) : null}>
      <ul className={styles.departments} aria-hidden="true">
        {stats?.byDepartment.map(({ department, opens, users }) => (
          <li key={department}>
            <span className={styles.name} dir="auto">
              {department}
            </span>
            <span className={styles.amount}>{toCountWords(opens)}</span>
            <span className={styles.track}>
              <span style={{ width: `${(100 * opens) / most}%` }} />
            </span>
            <span className={panel.small}>{toMemberWords(words, opens, users)}</span>
          </li>
        ))}
      </ul>
    </ChartPanel>
  );
}

function toTable(words: Words<'team'>, { byDepartment, days }: OrganizationStats): ChartTable {
  return {
    caption: words('departmentsCaption', { days: `${days}` }),
    head: [words('department'), words('columnOpens'), words('columnMembers')],
    rows: byDepartment.map(({ department, opens, users }) => [department, opens, users]),
    fileName: 'departments.csv',
  };
}

function toMemberWords(words: Words<'team'>, opens: number, users: number): string {
  if (users === 0) return words('departmentNone');
  return words('departmentLine', { users, average: toAverageWords(Math.round((opens / users) * 10) / 10) });
}
