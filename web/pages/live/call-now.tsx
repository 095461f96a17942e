import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SessionResponse } from '../../../src/contract/session.ts';
import type { Signal } from '../../../src/contract/signal.ts';
import { useLiveState } from '../../live/live-state.ts';
import { toCallNow } from '../../live/to-heat.ts';
import { useSignals } from '../../live/use-signals.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { useNow } from '../../ui/use-now.ts';
import { Alerts } from './alerts.tsx';
import styles from './call-now.module.css';
import { Earlier } from './earlier.tsx';
import { QuietHours } from './quiet-hours.tsx';
import { SignalCard } from './signal-card.tsx';
import { type OutcomeTaps, useOutcome } from './use-outcome.ts';
import { WhyDrawer } from './why-drawer.tsx';

const FADE_MS = 2_000;

/** The signals that are warm and that nobody has dealt with, hottest first. */
export function CallNow({ person }: { readonly person: SessionResponse | null }) {
  const words = useWords('live');
  const signals = useSignals();
  const now = useNow(FADE_MS);
  const outcome = useOutcome();
  const [asked, setAsked] = useState<Signal | null>(null);
  const rows = signals.data ? outcome.apply(signals.data.data) : undefined;
  const standing = toCallNow(rows ?? [], now);
  return (
    <section aria-labelledby="call-now">
      <header className={styles.head}>
        <h1 id="call-now" className={styles.title}>
          {words('callNow')}
        </h1>
        <LiveLine />
        <QuietHours />
        <Alerts />
      </header>
      {signals.error && !rows ? (
        <LoadError what={words('theSignals')} error={signals.error} onRetry={() => signals.refetch()} />
      ) : null}
      {!rows && !signals.error ? <Placeholder width="100%" height={120} /> : null}
      {standing.length > 0 ? (
        <ol className={`${panel.panel} ${styles.list}`} aria-label={words('count', { count: standing.length })}>
          {standing.map(({ signal, also }) => (
            <SignalCard
              key={signal.id}
              signal={signal}
              also={also}
              now={now}
              person={person}
              onSay={outcome.say}
              onWhy={setAsked}
            />
          ))}
        </ol>
      ) : null}
      {rows && standing.length === 0 ? <Nobody hasAny={rows.length > 0} /> : null}
      <OutcomeLine outcome={outcome} />
      <Earlier signals={rows ?? []} now={now} onWhy={setAsked} />
      <WhyDrawer signal={asked} userId={person?.userId ?? null} onClose={() => setAsked(null)} />
    </section>
  );
}

const SAID = { reached: 'saidReached', no_answer: 'saidNoAnswer', noise: 'saidNoise' } as const;

function OutcomeLine({ outcome: { said, undo } }: { readonly outcome: OutcomeTaps }) {
  const words = useWords('live');
  return (
    <div role="status">
      {said ? (
        <p className={styles.said}>
          {said.problem === null ? words(SAID[said.outcome]) : words('notSaved', { problem: said.problem })}
          {said.problem === null ? (
            <Button variant="subtle" size="compact-sm" onClick={undo}>
              {words('undo')}
            </Button>
          ) : null}
        </p>
      ) : null}
    </div>
  );
}

function LiveLine() {
  const words = useWords('live');
  const state = useLiveState();
  const name = state === 'live' ? 'stateLive' : state === 'joining' ? 'stateJoining' : 'stateAway';
  return (
    <p className={state === 'live' ? styles.live : styles.stale} role="status">
      {words(name)}
    </p>
  );
}

/** A quiet moment is no fault: it says what will come, and how to have more of it. */
function Nobody({ hasAny }: { readonly hasAny: boolean }) {
  const words = useWords('live');
  return (
    <div className={`${panel.panel} ${styles.nobody}`}>
      <h2>{words('nobodyTitle')}</h2>
      <p className={panel.quiet}>{words('nobodyWords')}</p>
      {hasAny ? null : (
        <div className={styles.buttons}>
          <Button component={Link} href="/campaigns">
            {words('trackDeal')}
          </Button>
          <Button component={Link} href="/signature" variant="default">
            {words('copySignature')}
          </Button>
        </div>
      )}
    </div>
  );
}
