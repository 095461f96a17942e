import { useOpens, useSignals } from '../../live/use-signals.ts';
import { useWords } from '../../messages/use-words.ts';
import { useSession } from '../../session.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { CallNow } from './call-now.tsx';
import { FeedSection } from './feed-section.tsx';
import styles from './live-page.module.css';

/** Whom do I call now? Below it, what is being opened, and what was refused and why. */
export function LivePage() {
  const words = useWords('live');
  usePageTitle(words('title'));
  const person = useSession().data?.person ?? null;
  const signals = useSignals();
  // Asked for at once, shown once it is known how much stands above: nothing moves under the eye then.
  useOpens();
  return (
    <div className={styles.page}>
      <CallNow person={person} />
      {signals.isPending ? null : <FeedSection person={person} />}
    </div>
  );
}
