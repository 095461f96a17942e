import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionResponse } from '../../src/contract/session.ts';
import styles from './frame.module.css';
import { CampaignIcon, EngagementIcon, LiveIcon, SignatureIcon, TeamIcon } from './icons.tsx';
import { PersonMenu } from './person-menu.tsx';
import { ShortcutsHelp } from './shortcuts-help.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import { Wordmark } from './wordmark.tsx';

const DESTINATIONS = [
  { path: '/live', label: 'Live', isForAdmins: false, Icon: LiveIcon },
  { path: '/engagement', label: 'Engagement', isForAdmins: false, Icon: EngagementIcon },
  { path: '/campaigns', label: 'Campaigns', isForAdmins: false, Icon: CampaignIcon },
  { path: '/signature', label: 'Signature', isForAdmins: false, Icon: SignatureIcon },
  { path: '/team', label: 'Team', isForAdmins: true, Icon: TeamIcon },
] as const;

interface Props {
  /** Null while the server has not said who is signed in, and for visitors. */
  readonly person: SessionResponse | null;
  readonly children: ReactNode;
}

/** What stands around every page: where one may go on top (at the bottom on a phone), who one is, and the page. */
export function Frame({ person, children }: Props) {
  const [path, navigate] = useLocation();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const main = useFocusOnArrival(path);
  const isAdmin = person !== null && person.role !== 'member';
  useShortcuts({
    'g l': () => navigate('/live'),
    'g e': () => navigate('/engagement'),
    'g c': () => navigate('/campaigns'),
    'g s': () => navigate('/signature'),
    'g t': () => (isAdmin ? navigate('/team') : undefined),
    'g x': () => navigate('/settings'),
    '?': () => setHelpOpen(true),
  });
  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to the page
      </a>
      <header className={styles.bar}>
        <div className={styles.barInner}>
          <Link href="/" className={styles.home} aria-label="MailTracker, start page">
            <Wordmark />
          </Link>
          <Destinations className={styles.topNav} path={path} label="Main" isAdmin={isAdmin} />
          {person ? (
            <>
              <span className={styles.organization} title={person.organizationName}>
                {person.organizationName}
              </span>
              <PersonMenu person={person} onHelp={() => setHelpOpen(true)} />
            </>
          ) : null}
        </div>
      </header>
      <main id="main" ref={main} className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <Destinations className={styles.bottomNav} path={path} label="Main, at the bottom" isAdmin={isAdmin} />
      <ShortcutsHelp isOpen={isHelpOpen} isAdmin={isAdmin} onClose={() => setHelpOpen(false)} />
    </>
  );
}

interface DestinationsProps {
  readonly className: string | undefined;
  readonly path: string;
  readonly label: string;
  readonly isAdmin: boolean;
}

function Destinations({ className, path, label, isAdmin }: DestinationsProps) {
  return (
    <nav className={className} aria-label={label}>
      {DESTINATIONS.filter(({ isForAdmins }) => isAdmin || !isForAdmins).map(({ path: to, label: words, Icon }) => (
        <Link key={to} href={to} className={styles.destination} aria-current={toCurrent(path, to)}>
          <Icon />
          <span>{words}</span>
        </Link>
      ))}
    </nav>
  );
}

/** A page below a destination, such as one campaign, belongs to it. */
function toCurrent(path: string, to: string): 'page' | 'true' | undefined {
  if (path === to) return 'page';
  return path.startsWith(`${to}/`) ? 'true' : undefined;
}

/** After a step to another page the keyboard and the screen reader stand at its beginning; not on the first load. */
function useFocusOnArrival(path: string) {
  const main = useRef<HTMLElement>(null);
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return main;
}
