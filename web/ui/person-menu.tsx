import { type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SessionResponse } from '../../src/contract/session.ts';
import { LOCALES, type Locale, locale } from '../messages/locale.ts';
import { useWords } from '../messages/use-words.ts';
import { useSignOut } from '../session.ts';
import styles from './person-menu.module.css';
import { switchLocale } from './switch-locale.ts';

const THEMES = [
  { value: 'light', label: 'themeLight' },
  { value: 'dark', label: 'themeDark' },
  { value: 'auto', label: 'themeAuto' },
] as const;

interface Props {
  readonly person: SessionResponse;
  readonly onHelp: () => void;
}

export function PersonMenu({ person, onHelp }: Props) {
  const words = useWords('shell');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const [failure, setFailure] = useState<string | null>(null);
  const leave = () => signOut().catch((error: Error) => setFailure(error.message));
  return (
    <Menu position="bottom-end" width={260} shadow="md" onClose={() => setFailure(null)}>
      <Menu.Target>
        <button type="button" className={styles.target} aria-label={words('personMenu', { name: person.name })}>
          {toInitials(person.name)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.person}>
          <strong dir="auto">{person.name}</strong>
          <span>{person.email}</span>
          <span dir="auto">{person.organizationName}</span>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/settings/profile">
          {words('profile')}
        </Menu.Item>
        {person.role === 'member' ? null : (
          <Menu.Item component={Link} href="/settings">
            {words('settings')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{words('theme')}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          {THEMES.map(({ value, label }) => (
            <Menu.RadioItem key={value} value={value}>
              {words(label)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{words('language')}</Menu.Label>
        <Menu.RadioGroup value={locale} onChange={(value) => switchLocale(value as Locale)}>
          {LOCALES.map(({ value, name }) => (
            <Menu.RadioItem key={value} value={value} lang={value}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item onClick={onHelp} rightSection={<kbd className={styles.key}>?</kbd>} className={styles.keyboardOnly}>
          {words('shortcuts')}
        </Menu.Item>
        <Menu.Item onClick={leave} closeMenuOnClick={false}>
          {words('signOut')}
        </Menu.Item>
        {failure === null ? null : (
          <p className={styles.failure} role="alert">
            {words('stillSignedIn', { problem: failure })}
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
