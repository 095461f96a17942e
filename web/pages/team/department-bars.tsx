import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toAverageWords, toCountWords } from '../../ui/to-count-words.ts';
import styles from './team-page.module.css';

/** Totals favour large departments, so the opens per member stand beside them. */
export function DepartmentBars({ stats }: { readonly stats: OrganizationStats | undefined }) {
  const most = Math.max(1, ...(stats?.byDepartment.map(({ opens }) => opens) ?? []));
  return (
    <section className={panel.panel} aria-labelledby="departments-title" aria-busy={!stats}>
      <h2 id="departments-title" className={panel.heading}>
        By Department
      </h2>
      {stats ? (
        <ul className={styles.departments}>
          {stats.byDepartment.map(({ department, opens, users }) => (
            <li key={department}>
              <span className={styles.name}>{department}</span>
              <span className={styles.amount}>{toCountWords(opens)}</span>
              <span className={styles.track} aria-hidden="true">
                <span style={{ width: `${(100 * opens) / most}%` }} />
              </span>
              <span className={panel.small}>{toMemberWords(opens, users)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <Placeholder width="100%" height={180} />
      )}
    </section>
  );
}

function toMemberWords(opens: number, users: number): string {
  if (users === 0) return 'no active members now';
  const average = toAverageWords(Math.round((opens / users) * 10) / 10);
  return `${users === 1 ? '1 member' : `${toCountWords(users)} members`}, ${average} opens per member`;
}
