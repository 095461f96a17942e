import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { SessionResponse } from '../../../src/contract/session.ts';
import type { Signal } from '../../../src/contract/signal.ts';
import { toHeat } from '../../live/to-heat.ts';
import { useWords } from '../../messages/use-words.ts';
import { HeatBar } from './heat-bar.tsx';
import styles from './signal-card.module.css';
import { toClockWords } from './to-clock-words.ts';
import { toSignalTitle, toSignalWords } from './to-signal-words.ts';

export type Outcome = 'reached' | 'no_answer' | 'noise';

interface Props {
  readonly signal: Signal;
  /** Others of the same deal: they are answered together. */
  readonly also: readonly Signal[];
  readonly now: number;
  readonly person: SessionResponse | null;
  readonly onSay: (signals: readonly Signal[], outcome: Outcome) => void;
  readonly onWhy: (signal: Signal) => void;
}

/** One person to call: how hot, what they did, and one tap for what became of it. */
export function SignalCard({ signal, also, now, person, onSay, onWhy }: Props) {
  const words = useWords('live');
  const title = toSignalTitle(signal, words);
  const isHot = signal.level === 'hot';
  const isOwn = person === null || signal.userId === person.userId;
  return (
    <li className={styles.card}>
      <div className={styles.heat}>
        <HeatBar heat={toHeat(signal, now)} level={signal.level} />
        <span className={isHot ? styles.hot : styles.warm}>{words(isHot ? 'hot' : 'warm')}</span>
      </div>
      <div className={styles.what}>
        <h2 className={styles.name} dir="auto">
          {title}
        </h2>
        <p className={styles.sentence}>{toSignalWords(signal, words)}</p>
        {also.map((other) => (
          <p key={other.id} className={styles.also}>
            {toSignalWords(other, words)}
          </p>
        ))}
        <p className={styles.facts}>
          <span>{words('raisedAt', { time: toClockWords(signal.raisedAt) })}</span>
          <span>{words('fadesAt', { time: toClockWords(signal.fadesAt) })}</span>
          {signal.moreOpens > 0 ? <span>{words('moreOpens', { count: signal.moreOpens })}</span> : null}
          {!isOwn ? <span>{words('forMember', { name: signal.userName })}</span> : null}
        </p>
      </div>
      <div className={styles.actions}>
        {isOwn ? <Outcomes signal={signal} also={also} onSay={onSay} /> : null}
        <span className={styles.links}>
          <button
            type="button"
            data-step
            className={styles.link}
            onClick={() => onWhy(signal)}
            aria-label={words('whyOf', { title })}
          >
            {words('why')}
          </button>
          {signal.campaignId ? (
            <Link href={`/campaigns/${signal.campaignId}`} className={styles.link}>
              {words('openCampaign')}
            </Link>
          ) : null}
        </span>
      </div>
    </li>
  );
}

const OUTCOMES = [
  { outcome: 'reached', name: 'reached', variant: 'filled' },
  { outcome: 'no_answer', name: 'noAnswer', variant: 'default' },
  { outcome: 'noise', name: 'noise', variant: 'default' },
] as const;

function Outcomes({ signal, also, onSay }: Pick<Props, 'signal' | 'also' | 'onSay'>) {
  const words = useWords('live');
  return (
    <span className={styles.outcomes}>
      {OUTCOMES.map(({ outcome, name, variant }) => (
        <Button
          key={outcome}
          size="xs"
          variant={variant}
          aria-label={words('outcomeOf', { outcome: words(name), title: toSignalTitle(signal, words) })}
          onClick={() => onSay([signal, ...also], outcome)}
        >
          {words(name)}
        </Button>
      ))}
    </span>
  );
}
