import { type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SessionResponse } from '../../src/contract/session.ts';
import { useSignOut } from '../session.ts';
import styles from './person-menu.module.css';

const THEMES: readonly { value: MantineColorScheme; label: string }[] = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'As this device' },
];

interface Props {
  readonly person: SessionResponse;
  readonly onHelp: () => void;
}

export function PersonMenu({ person, onHelp }: Props) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const [failure, setFailure] = useState<string | null>(null);
  const leave = () => signOut().catch((error: Error) => setFailure(error.message));
  return (
    <Menu position="bottom-end" width={260} shadow="md" onClose={() => setFailure(null)}>
      <Menu.Target>
        <button type="button" className={styles.target} aria-label={`${person.name}: settings, theme, sign out`}>
          {toInitials(person.name)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.person}>
          <strong>{person.name}</strong>
          <span>{person.email}</span>
          <span>{person.organizationName}</span>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/settings/profile">
          Profile and security
        </Menu.Item>
        {person.role === 'member' ? null : (
          <Menu.Item component={Link} href="/settings">
            Settings
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          {THEMES.map(({ value, label }) => (
            <Menu.RadioItem key={value} value={value}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item onClick={onHelp} rightSection={<kbd className={styles.key}>?</kbd>} className={styles.keyboardOnly}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item onClick={leave} closeMenuOnClick={false}>
          Sign out
        </Menu.Item>
        {failure === null ? null : (
          <p className={styles.failure} role="alert">
            Still signed in. {failure}
          </p>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function toInitials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase();
}
