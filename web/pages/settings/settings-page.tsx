import { type ComponentType, lazy, Suspense, useEffect, useRef } from 'react';
import { Link, Redirect, useLocation } from 'wouter';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { loadWords, useWords, type Words } from '../../messages/use-words.ts';
import { NotFoundPage } from '../not-found/not-found-page.tsx';
import { DataSection } from './data-section.tsx';
import { DepartmentsSection } from './departments-section.tsx';
import { KeysSection } from './keys-section.tsx';
import { MembersSection } from './members-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import styles from './settings-page.module.css';
import { SsoSection } from './sso-section.tsx';
import { TrackingPanel } from './tracking-panel.tsx';

// Fetched when they are gone to: the first weighs as much as the others together.
const AuditSection = lazy(async () => {
  const [{ AuditSection: Section }] = await Promise.all([import('./audit-section.tsx'), loadWords('audit')]);
  return { default: Section };
});
const DestinationsSection = lazy(async () => {
  const [{ DestinationsSection: Section }] = await Promise.all([
    import('./destinations/destinations-section.tsx'),
    loadWords('destinations'),
  ]);
  return { default: Section };
});
const NotificationsSection = lazy(async () => {
  const [{ NotificationsSection: Section }] = await Promise.all([
    import('./notifications-section.tsx'),
    loadWords('signals'),
  ]);
  return { default: Section };
});
const SignalsSection = lazy(async () => {
  const [{ SignalsSection: Section }] = await Promise.all([import('./signals-section.tsx'), loadWords('signals')]);
  return { default: Section };
});
const WidgetSection = lazy(async () => {
  const [{ WidgetSection: Section }] = await Promise.all([import('./widget-section.tsx'), loadWords('signals')]);
  return { default: Section };
});

const SECTIONS: readonly {
  readonly path: string;
  readonly label: Parameters<Words<'settings'>>[0] &
    (
      | 'tracking'
      | 'members'
      | 'departments'
      | 'sso'
      | 'signals'
      | 'destinations'
      | 'widget'
      | 'keys'
      | 'audit'
      | 'profile'
      | 'notifications'
      | 'data'
    );
  readonly isForAdmins: boolean;
  readonly Section: ComponentType<{ readonly person: SessionResponse }>;
}[] = [
  { path: '/settings/tracking', label: 'tracking', isForAdmins: true, Section: TrackingPanel },
  { path: '/settings/members', label: 'members', isForAdmins: true, Section: MembersSection },
  { path: '/settings/departments', label: 'departments', isForAdmins: true, Section: DepartmentsSection },
  { path: '/settings/sso', label: 'sso', isForAdmins: true, Section: SsoSection },
  { path: '/settings/signals', label: 'signals', isForAdmins: true, Section: SignalsSection },
  { path: '/settings/destinations', label: 'destinations', isForAdmins: true, Section: DestinationsSection },
  { path: '/settings/widget', label: 'widget', isForAdmins: true, Section: WidgetSection },
  { path: '/settings/keys', label: 'keys', isForAdmins: true, Section: KeysSection },
  { path: '/settings/audit', label: 'audit', isForAdmins: true, Section: AuditSection },
  { path: '/settings/profile', label: 'profile', isForAdmins: false, Section: ProfileSection },
  { path: '/settings/notifications', label: 'notifications', isForAdmins: false, Section: NotificationsSection },
  { path: '/settings/data', label: 'data', isForAdmins: false, Section: DataSection },
];

/** What is set once and then left alone: a quiet list beside one section at a time. */
export function SettingsPage({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  const [path] = useLocation();
  const list = useCurrentInView(path);
  const isAdmin = person.role !== 'member';
  const sections = SECTIONS.filter(({ isForAdmins }) => isAdmin || !isForAdmins);
  if (path === '/settings') return <Redirect to={sections[0]?.path ?? '/'} replace />;
  const current = sections.find(
    ({ path: root, Section }) => path === root || (Section === DestinationsSection && path.startsWith(`${root}/`)),
  );
  if (!current) return <NotFoundPage />;
  return (
    <div className={styles.layout}>
      <nav ref={list} className={styles.list} aria-label={words('title')}>
        {sections.map(({ path: to, label }) => (
          <Link key={to} href={to} className={styles.link} aria-current={to === current.path ? 'page' : undefined}>
            {words(label)}
          </Link>
        ))}
      </nav>
      <div className={styles.section}>
        <Suspense fallback={null}>
          <current.Section person={person} />
        </Suspense>
      </div>
    </div>
  );
}

/** On a phone the list scrolls sideways: the section one is in stands where it can be seen. */
function useCurrentInView(path: string) {
  const list = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another section, another place.
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (current && list.current) list.current.scrollLeft = current.offsetLeft - list.current.clientWidth / 3;
  }, [path]);
  return list;
}
