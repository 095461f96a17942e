import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Open } from '../../../src/contract/open-feed.ts';
import type { SessionResponse } from '../../../src/contract/session.ts';
import type { Signal } from '../../../src/contract/signal.ts';
import { useOpens, useSignals } from '../../live/use-signals.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { Feed } from './feed.tsx';
import styles from './live-page.module.css';
import { toFeedRows } from './to-feed-rows.ts';

type Which = 'all' | 'mine' | 'counted';

/** What is opened, as it happens, those that do not count dimmed and with their reason. */
export function FeedSection({ person }: { readonly person: SessionResponse | null }) {
  const words = useWords('live');
  const [which, setWhich] = useState<Which>('all');
  const opens = useOpens();
  const signals = useSignals();
  if (opens.error && !opens.data)
    return <LoadError what={words('theFeed')} error={opens.error} onRetry={() => opens.refetch()} />;
  const all = opens.data?.data;
  const rows = all && toFeedRows(...pick({ opens: all, signals: signals.data?.data ?? [] }, which, person));
  const isAdmin = person !== null && person.role !== 'member';
  const mine = isAdmin ? [{ value: 'mine', label: words('mine') }] : [];
  return (
    <section aria-labelledby="feed">
      <header className={styles.head}>
        <h2 id="feed" className={styles.title}>
          {words('feed')}
        </h2>
        <SegmentedControl
          aria-label={words('which')}
          value={which}
          onChange={(value) => setWhich(value as Which)}
          data={[{ value: 'all', label: words('all') }, ...mine, { value: 'counted', label: words('countedOnly') }]}
        />
      </header>
      <div className={`${panel.panel} ${styles.feed}`} aria-busy={!rows}>
        {rows ? <Feed rows={rows} label={words('feedOf')} /> : <Placeholder width="100%" height={320} />}
        {all?.length === 0 && rows?.length === 0 ? <Beginning /> : null}
        {rows?.length === 0 && all?.length !== 0 ? <p className={panel.quiet}>{words('feedNoneCounted')}</p> : null}
      </div>
    </section>
  );
}

interface Told {
  readonly opens: readonly Open[];
  readonly signals: readonly Signal[];
}

/** Opens are one's own; an admin also sees the signals of colleagues. */
function pick(
  { opens, signals }: Told,
  which: Which,
  person: SessionResponse | null,
): [readonly Open[], readonly Signal[]] {
  const mine = which === 'mine' ? signals.filter(({ userId }) => userId === person?.userId) : signals;
  return which === 'counted' ? [opens.filter(({ counted }) => counted), signals] : [opens, mine];
}

function Beginning() {
  const words = useWords('live');
  return (
    <div className={styles.beginning}>
      <h3>{words('feedNothing')}</h3>
      <p className={panel.quiet}>{words('feedNothingWords')}</p>
    </div>
  );
}
