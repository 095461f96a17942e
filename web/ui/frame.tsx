import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionResponse } from '../../src/contract/session.ts';
import { LiveMark } from '../live/live-mark.tsx';
import { LiveWatch } from '../live/live-watch.tsx';
import { useWords } from '../messages/use-words.ts';
import { AwayNote } from './away-note.tsx';
import { ErrorWall } from './error-wall.tsx';
import styles from './frame.module.css';
import { CampaignIcon, EngagementIcon, LiveIcon, SearchIcon, SettingsIcon, SignatureIcon, TeamIcon } from './icons.tsx';
import { PersonMenu } from './person-menu.tsx';
import { stepThrough } from './step-through.ts';
import { PALETTE_KEYS, usePaletteKey } from './use-palette-key.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { Wordmark } from './wordmark.tsx';

// Fetched when it is asked for: nobody needs it on the first screen.
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const ShortcutsHelp = lazy(async () => ({ default: (await import('./shortcuts-help.tsx')).ShortcutsHelp }));

const DESTINATIONS = [
  { path: '/live', label: 'live', isFor: 'all', Icon: LiveIcon },
  { path: '/engagement', label: 'engagement', isFor: 'all', Icon: EngagementIcon },
  { path: '/campaigns', label: 'campaigns', isFor: 'all', Icon: CampaignIcon },
  { path: '/signature', label: 'signature', isFor: 'all', Icon: SignatureIcon },
  { path: '/team', label: 'team', isFor: 'admins', Icon: TeamIcon },
  // The fifth of a member's phone; others reach it by their own menu.
  { path: '/settings', label: 'settings', isFor: 'members at the bottom', Icon: SettingsIcon },
] as const;

interface Props {
  /** Null while the server has not said who is signed in, and for visitors. */
  readonly person: SessionResponse | null;
  readonly children: ReactNode;
}

type Opened = 'palette' | 'help' | null;

/** What stands around every page: where one may go on top (at the bottom on a phone), who one is, and the page. */
export function Frame({ person, children }: Props) {
  const words = useWords('shell');
  const [path] = useLocation();
  const [opened, setOpened] = useState<Opened>(null);
  const main = useFocusOnArrival(path);
  const isAdmin = person !== null && person.role !== 'member';
  useKeys(isAdmin, person !== null, setOpened);
  return (
    <>
      <a className={styles.skip} href="#main">
        {words('skip')}
      </a>
      <header className={styles.bar}>
        <div className={styles.barInner}>
          <Link href="/" className={styles.home} aria-label={words('home')}>
            <Wordmark />
          </Link>
          <Destinations
            className={styles.topNav}
            path={path}
            label={words('main')}
            isAdmin={isAdmin}
            userId={person?.userId ?? null}
          />
          {person ? (
            <>
              <span className={styles.organization} title={person.organizationName} dir="auto">
                {person.organizationName}
              </span>
              <PaletteButton onOpen={() => setOpened('palette')} />
              <PersonMenu person={person} onHelp={() => setOpened('help')} />
            </>
          ) : null}
        </div>
      </header>
      <main id="main" ref={main} className={styles.main} tabIndex={-1}>
        <ErrorWall key={path} isPage>
          {children}
        </ErrorWall>
      </main>
      <Destinations
        className={styles.bottomNav}
        path={path}
        label={words('mainBottom')}
        isAdmin={isAdmin}
        isAtBottom={person !== null}
        userId={person?.userId ?? null}
      />
      {person ? <LiveWatch userId={person.userId} /> : null}
      <AwayNote />
      <Suspense fallback={null}>
        {opened === 'palette' && person ? <Palette person={person} onClose={() => setOpened(null)} /> : null}
        {opened === 'help' ? <ShortcutsHelp isAdmin={isAdmin} onClose={() => setOpened(null)} /> : null}
      </Suspense>
    </>
  );
}

function useKeys(isAdmin: boolean, isSignedIn: boolean, onOpen: (what: Opened) => void): void {
  const [, navigate] = useLocation();
  usePaletteKey(() => (isSignedIn ? onOpen('palette') : undefined));
  useShortcuts({
    'g l': () => navigate('/live'),
    'g e': () => navigate('/engagement'),
    'g c': () => navigate('/campaigns'),
    'g s': () => navigate('/signature'),
    'g t': () => (isAdmin ? navigate('/team') : undefined),
    'g x': () => navigate('/settings'),
    j: () => stepThrough(1),
    k: () => stepThrough(-1),
    '?': () => onOpen('help'),
  });
}

function PaletteButton({ onOpen }: { readonly onOpen: () => void }) {
  const words = useWords('shell');
  return (
    <button
      type="button"
      className={styles.find}
      aria-label={words('paletteOpen', { keys: PALETTE_KEYS })}
      onClick={onOpen}
    >
      <SearchIcon />
      <kbd className={styles.keys}>{PALETTE_KEYS}</kbd>
    </button>
  );
}

interface DestinationsProps {
  readonly className: string | undefined;
  readonly path: string;
  readonly label: string;
  readonly isAdmin: boolean;
  readonly isAtBottom?: boolean;
  /** Null while nobody is signed in. */
  readonly userId: string | null;
}

function Destinations({ className, path, label, isAdmin, userId, isAtBottom = false }: DestinationsProps) {
  const words = useWords('shell');
  const shown = DESTINATIONS.filter(
    ({ isFor }) => isFor === 'all' || (isFor === 'admins' ? isAdmin : isAtBottom && !isAdmin),
  );
  return (
    <nav className={className} aria-label={label}>
      {shown.map(({ path: to, label: name, Icon }) => (
        <Link key={to} href={to} className={styles.destination} aria-current={toCurrent(path, to)}>
          <Icon />
          <span>{words(name)}</span>
          {to === '/live' && userId !== null ? <LiveMark userId={userId} /> : null}
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
