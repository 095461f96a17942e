import type { OrganizationStats } from '../../../src/contract/organization-stats.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toCountWords } from '../../ui/to-count-words.ts';
import type { Shown } from './member-drawer.tsx';
import styles from './team-page.module.css';

interface Props {
  readonly stats: OrganizationStats | undefined;
  readonly onShow: (member: Shown) => void;
}

export function TopPerformers({ stats, onShow }: Props) {
  const words = useWords('team');
  return (
    <section className={panel.panel} aria-labelledby="top-title" aria-busy={!stats}>
      <h2 id="top-title" className={panel.heading}>
        {words('top')}
      </h2>
      {stats ? <Ranks stats={stats} onShow={onShow} /> : <Placeholder width="100%" height={180} />}
    </section>
  );
}

function Ranks({ stats, onShow }: { readonly stats: OrganizationStats; readonly onShow: Props['onShow'] }) {
  const words = useWords('team');
  if (stats.topPerformers.length === 0) return <p className={panel.quiet}>{words('topNone')}</p>;
  return (
    <ol className={styles.list}>
      {stats.topPerformers.map(({ userId, name, opens }, index) => (
        <li key={userId}>
          <button type="button" data-step className={styles.performer} onClick={() => onShow({ userId, name })}>
            <span className={styles.rank}>{index + 1}.</span>
            <span className={styles.name} dir="auto">
              {name}
            </span>
            <span className={styles.amount}>{words('opens', { count: toCountWords(opens), opens })}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
