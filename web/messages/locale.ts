// In which language and in which region's manner this screen speaks. It is read once, before anything is drawn: another
// language is stored and the page loads again, so that no part can be left speaking the language before.

export type Locale = 'en' | 'de';

/** Each by its own name, so that its readers find it whatever the screen speaks. */
export const LOCALES: readonly { readonly value: Locale; readonly name: string }[] = [
  { value: 'en', name: 'English' },
  { value: 'de', name: 'Deutsch' },
];

/** The language chosen here, else the first of the browser's that we speak, else English. */
export function toLocale(stored: string | null, preferred: readonly string[]): Locale {
  const languages = [stored ?? '', ...preferred].map((tag) => tag.toLowerCase().split('-')[0]);
  return languages.find(isSpoken) ?? 'en';
}

/** Dates and figures follow the browser's region where it is one of the language: en-US, en-IN, de-AT. */
export function toRegion(locale: Locale, preferred: readonly string[]): string {
  const own = preferred.find((tag) => tag.toLowerCase().startsWith(`${locale}-`) && isTag(tag));
  return own ?? { en: 'en-GB', de: 'de-DE' }[locale];
}

/** Stores the choice; it holds from the next load of the page on. */
export function storeLocale(locale: Locale): void {
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // Storage may be switched off; the browser's language goes on then.
  }
}

/** Some browsers name a region that Intl does not take, such as en-US@posix. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

const KEY = 'mailtracker-language';

function isSpoken(language: string | undefined): language is Locale {
  return LOCALES.some(({ value }) => value === language);
}

function readStored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

// Tests of pure functions run without a browser: English then, as people of the founding documents write it.
const hasBrowser = typeof window !== 'undefined';
const preferred = hasBrowser ? navigator.languages : [];

export const locale: Locale = toLocale(hasBrowser ? readStored() : null, preferred);
export const region: string = toRegion(locale, preferred);
