import type { ComponentType } from 'react';
import { Link, Redirect, useLocation } from 'wouter';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { NotFoundPage } from '../not-found/not-found-page.tsx';
import { AuditSection } from './audit-section.tsx';
import { KeysSection } from './keys-section.tsx';
import { MembersSection } from './members-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import styles from './settings-page.module.css';
import { TrackingPanel } from './tracking-panel.tsx';

const SECTIONS: readonly {
  readonly path: string;
  readonly label: string;
  readonly isForAdmins: boolean;
  readonly Section: ComponentType<{ readonly person: SessionResponse }>;
}[] = [
  { path: '/settings/tracking', label: 'Email tracking', isForAdmins: true, Section: TrackingPanel },
  { path: '/settings/members', label: 'Members', isForAdmins: true, Section: MembersSection },
  { path: '/settings/keys', label: 'API keys', isForAdmins: true, Section: KeysSection },
  { path: '/settings/audit', label: 'Audit log', isForAdmins: true, Section: AuditSection },
  { path: '/settings/profile', label: 'Profile and security', isForAdmins: false, Section: ProfileSection },
];

/** What is set once and then left alone: a quiet list beside one section at a time. */
export function SettingsPage({ person }: { readonly person: SessionResponse }) {
  const [path] = useLocation();
  const isAdmin = person.role !== 'member';
  const sections = SECTIONS.filter(({ isForAdmins }) => isAdmin || !isForAdmins);
  if (path === '/settings') return <Redirect to={sections[0]?.path ?? '/'} replace />;
  const current = sections.find((section) => section.path === path);
  if (!current) return <NotFoundPage />;
  return (
    <div className={styles.layout}>
      <nav className={styles.list} aria-label="Settings">
        {sections.map(({ path: to, label }) => (
          <Link key={to} href={to} className={styles.link} aria-current={to === path ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <div className={styles.section}>
        <current.Section person={person} />
      </div>
    </div>
  );
}
