import { Button, Drawer } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Signal } from '../../../src/contract/signal.ts';
import { request } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { toClockWords } from './to-clock-words.ts';
import { toSignalTitle, toSignalWords } from './to-signal-words.ts';
import styles from './why-drawer.module.css';

const RULES = {
  hot: 'ruleHot',
  back_on_mobile: 'ruleBackOnMobile',
  revived: 'ruleRevived',
  spreading: 'ruleSpreading',
  unusual: 'ruleUnusual',
} as const;
const SURE = { certain: 'sureCertain', probable: 'sureProbable', low: 'sureLow' } as const;

interface Props {
  /** Null: closed. */
  readonly signal: Signal | null;
  /** Who asks: only the own signals can be muted. */
  readonly userId: string | null;
  readonly onClose: () => void;
}

/** What the signal rests on, the rule behind it, and what cannot be known. */
export function WhyDrawer({ signal, userId, onClose }: Props) {
  const words = useWords('live');
  const mayMute = signal?.userId === userId;
  return (
    <Drawer
      opened={signal !== null}
      onClose={onClose}
      position="right"
      title={words('whyTitle')}
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      {signal ? (
        <div className={styles.parts}>
          <h3 className={styles.name} dir="auto">
            {toSignalTitle(signal, words)}
          </h3>
          <p>
            {toSignalWords(signal, words)}, {words('raisedAt', { time: toClockWords(signal.raisedAt) })}.
          </p>
          <h4 className={styles.label}>{words('ruleIs')}</h4>
          <p>{words(Object.hasOwn(RULES, signal.rule) ? RULES[signal.rule] : 'ruleOther')}</p>
          <p>{words(SURE[signal.confidence])}</p>
          <p className={styles.quiet}>{words('whoUnknown')}</p>
          {signal.campaignId && mayMute ? <Mute key={signal.id} campaignId={signal.campaignId} /> : null}
        </div>
      ) : null}
    </Drawer>
  );
}

function Mute({ campaignId }: { readonly campaignId: string }) {
  const words = useWords('live');
  const mute = useMutation({ mutationFn: () => request('POST', '/api/signals/mutes', { campaignId }) });
  if (mute.isSuccess) return <p role="status">{words('muted')}</p>;
  return (
    <>
      <Button variant="default" onClick={() => mute.mutate()} loading={mute.isPending}>
        {words('mute')}
      </Button>
      {mute.error ? <p role="alert">{words('notSaved', { problem: mute.error.message })}</p> : null}
    </>
  );
}
