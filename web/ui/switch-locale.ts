import { type Locale, locale, storeLocale } from '../messages/locale.ts';

/** Another language begins with another load of the page: no part is left speaking the one before. */
export function switchLocale(to: Locale): void {
  if (to === locale) return;
  storeLocale(to);
  window.location.reload();
}
