import type { audit } from './en/audit.ts';
import type { campaign } from './en/campaign.ts';
import type { campaigns } from './en/campaigns.ts';
import type { destinations } from './en/destinations.ts';
import { engagement } from './en/engagement.ts';
import type { entry } from './en/entry.ts';
import type { live } from './en/live.ts';
import type { reasons } from './en/reasons.ts';
import type { server } from './en/server.ts';
import type { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import type { signals } from './en/signals.ts';
import type { signature } from './en/signature.ts';
import type { team } from './en/team.ts';
import type { widget } from './en/widget.ts';

// Which messages there are, and how each comes to the screen. A new page is one type line and one entry here, and one
// file per language. What the first screen needs comes with it in English; the rest is fetched with its page.

export interface Catalogue {
  readonly shell: typeof shell;
  readonly engagement: typeof engagement;
  readonly entry: typeof entry;
  readonly team: typeof team;
  readonly settings: typeof settings;
  readonly live: typeof live;
  readonly audit: typeof audit;
  readonly reasons: typeof reasons;
  readonly server: typeof server;
  readonly campaigns: typeof campaigns;
  readonly campaign: typeof campaign;
  readonly signals: typeof signals;
  readonly signature: typeof signature;
  readonly widget: typeof widget;
  readonly destinations: typeof destinations;
}

export type PageName = keyof Catalogue;

type Load = () => Promise<Record<string, unknown>>;

export const CATALOGUE: Readonly<Record<PageName, Readonly<Record<'en' | 'de', Load>>>> = {
  shell: { en: async () => shell, de: async () => (await import('./de/shell.ts')).shell },
  engagement: { en: async () => engagement, de: async () => (await import('./de/engagement.ts')).engagement },
  entry: {
    en: async () => (await import('./en/entry.ts')).entry,
    de: async () => (await import('./de/entry.ts')).entry,
  },
  team: {
    en: async () => (await import('./en/team.ts')).team,
    de: async () => (await import('./de/team.ts')).team,
  },
  settings: {
    en: async () => (await import('./en/settings.ts')).settings,
    de: async () => (await import('./de/settings.ts')).settings,
  },
  live: {
    en: async () => (await import('./en/live.ts')).live,
    de: async () => (await import('./de/live.ts')).live,
  },
  audit: {
    en: async () => (await import('./en/audit.ts')).audit,
    de: async () => (await import('./de/audit.ts')).audit,
  },
  server: {
    en: async () => (await import('./en/server.ts')).server,
    de: async () => (await import('./de/server.ts')).server,
  },
  reasons: {
    en: async () => (await import('./en/reasons.ts')).reasons,
    de: async () => (await import('./de/reasons.ts')).reasons,
  },
  campaigns: {
    en: async () => (await import('./en/campaigns.ts')).campaigns,
    de: async () => (await import('./de/campaigns.ts')).campaigns,
  },
  campaign: {
    en: async () => (await import('./en/campaign.ts')).campaign,
    de: async () => (await import('./de/campaign.ts')).campaign,
  },
  signature: {
    en: async () => (await import('./en/signature.ts')).signature,
    de: async () => (await import('./de/signature.ts')).signature,
  },
  signals: {
    en: async () => (await import('./en/signals.ts')).signals,
    de: async () => (await import('./de/signals.ts')).signals,
  },
  widget: {
    en: async () => (await import('./en/widget.ts')).widget,
    de: async () => (await import('./de/widget.ts')).widget,
  },
  destinations: {
    en: async () => (await import('./en/destinations.ts')).destinations,
    de: async () => (await import('./de/destinations.ts')).destinations,
  },
};
