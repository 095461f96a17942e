import { useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { useLocation } from 'wouter';
import type { Campaign } from '../../src/contract/campaign.ts';
import type { MemberAnswer } from '../../src/contract/member.ts';
import type { SessionResponse } from '../../src/contract/session.ts';
import { api, request } from '../api.ts';
import { LOCALES, locale } from '../messages/locale.ts';
import { useWords } from '../messages/use-words.ts';
import { useSignOut } from '../session.ts';
import { copyToClipboard } from './copy-to-clipboard.ts';
import { switchLocale } from './switch-locale.ts';

export interface PaletteEntry {
  readonly id: string;
  readonly label: string;
  /** What it is, such as "Go to". */
  readonly kind: string;
  /** Answers a sentence where the palette stays to say it. */
  run(): Promise<string | undefined> | undefined;
}

const FOUND_MAX = 5;
const SEARCH_CHARS_MIN = 2;
/** The newest of them; older ones are found on their page. */
const CAMPAIGNS_MAX = 200;

/** What the palette offers for what was typed: all pages and acts when nothing was. */
export function usePaletteEntries(person: SessionResponse, search: string): readonly PaletteEntry[] {
  // Enter may follow the last letter at once: what it does must be what was typed, never what stood there before.
  const typed = search.trim().toLocaleLowerCase();
  const own = [...usePages(person), ...useActs()].filter(({ label }) => isLike(label, typed));
  const members = useMembers(person, useDeferredValue(typed)).filter(({ text }) => isWithin(text, typed));
  const campaigns = useCampaigns(typed);
  return [...own, ...campaigns, ...members];
}

/** Every word that was typed begins a word of the label. */
function isLike(label: string, typed: string): boolean {
  const words = label.toLocaleLowerCase().split(/[\s:]+/);
  return typed.split(/\s+/).every((part) => words.some((word) => word.startsWith(part)));
}

/** As the server searches members: anywhere in name or address. */
function isWithin(text: string, typed: string): boolean {
  return text.toLocaleLowerCase().includes(typed);
}

function usePages(person: SessionResponse): PaletteEntry[] {
  const words = useWords('shell');
  const [, navigate] = useLocation();
  const isAdmin = person.role !== 'member';
  const pages = [
    ['/live', words('live')],
    ['/engagement', words('engagement')],
    ['/campaigns', words('campaigns')],
    ['/signature', words('signature')],
    ...(isAdmin ? [['/team', words('team')] as const, ['/settings', words('settings')] as const] : []),
    ['/settings/profile', words('profile')],
  ] as const;
  return pages.map(([path, label]) => ({
    id: path,
    label,
    kind: words('paletteGo'),
    run: () => void navigate(path),
  }));
}

function useActs(): PaletteEntry[] {
  const words = useWords('shell');
  const [, navigate] = useLocation();
  const { setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const kind = words('paletteDo');
  const copy = async () => {
    const { html, text } = await api.signature();
    return words((await copyToClipboard({ html, text })) ? 'copied' : 'copyRefused');
  };
  return [
    { id: 'copy', label: words('copySignature'), kind, run: () => copy().catch((error: Error) => error.message) },
    { id: 'deal', label: words('newDeal'), kind, run: () => void navigate('/campaigns?new=deal') },
    { id: 'light', label: words('themeToLight'), kind, run: () => void setColorScheme('light') },
    { id: 'dark', label: words('themeToDark'), kind, run: () => void setColorScheme('dark') },
    ...LOCALES.filter(({ value }) => value !== locale).map(({ value, name }) => ({
      id: value,
      label: words('languageTo', { name }),
      kind,
      run: () => void switchLocale(value),
    })),
    {
      id: 'sign-out',
      label: words('signOut'),
      kind,
      run: () =>
        signOut().then(
          () => undefined,
          (error: Error) => words('stillSignedIn', { problem: error.message }),
        ),
    },
  ];
}

/** Only admins may look at others. */
function useMembers(person: SessionResponse, typed: string): (PaletteEntry & { readonly text: string })[] {
  const words = useWords('shell');
  const [, navigate] = useLocation();
  const found = useQuery({
    queryKey: ['palette-members', typed],
    queryFn: () =>
      request<{ data: readonly MemberAnswer[] }>(
        'GET',
        `/api/members?${new URLSearchParams({ search: typed, limit: `${FOUND_MAX}` })}`,
      ),
    enabled: person.role !== 'member' && typed.length >= SEARCH_CHARS_MIN,
    placeholderData: (before) => before,
  });
  if (typed.length < SEARCH_CHARS_MIN) return [];
  return (found.data?.data ?? []).map(({ userId, name, email }) => ({
    id: userId,
    label: name,
    text: `${name} ${email}`,
    kind: words('palettePeople'),
    run: () => void navigate(`/team?member=${userId}`),
  }));
}

function useCampaigns(typed: string): PaletteEntry[] {
  const words = useWords('shell');
  const [, navigate] = useLocation();
  const list = useQuery({
    queryKey: ['palette-campaigns'],
    queryFn: () => request<{ data: readonly Campaign[] }>('GET', `/api/campaigns?limit=${CAMPAIGNS_MAX}`),
    staleTime: 60_000,
  });
  if (typed.length < SEARCH_CHARS_MIN) return [];
  return (list.data?.data ?? [])
    .filter(({ name }) => isLike(name, typed))
    .slice(0, FOUND_MAX)
    .map(({ id, name }) => ({
      id,
      label: name,
      kind: words('paletteCampaigns'),
      run: () => void navigate(`/campaigns/${id}`),
    }));
}
